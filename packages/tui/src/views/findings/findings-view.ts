/** The view Findings: what the rules say of the runs, and the way from a finding to its evidence. */
import type { FoundIn } from "../../data/run-reader.ts";
import { moveKeys, outWithin } from "../../keys/move-keys.ts";
import { bind, bindBoth, ROWS } from "../../keys/rows.ts";
import { openFilter } from "../../state/prompt.ts";
import type { Scene } from "../../state/scene.ts";
import {
  adjusted,
  clamp,
  type FilterField,
  type State,
  say,
  show,
  wrap,
} from "../../state/state.ts";
import type { Context, View } from "../view.ts";
import { drawFindings, shownFindings } from "./draw-findings.ts";
import { toEvidence } from "./evidence.ts";

const FINDING_FILTER: FilterField = {
  setting: "findingFilter",
  label: "filter findings",
  hint: "words, level:error, rule:dead, layer:hidden1, step>0",
};

export const findingsView: View = {
  name: "findings",
  title: "Findings",
  key: "6",
  help: "what the rules say of the runs",
  draw: drawFindings,
  subject: (scene) => foundAt(scene)?.run,
  keys: [
    ...moveKeys(
      (state, { scene }, by) => {
        const { list, at } = shownFindings(scene);
        return focused(state, list.items[clamp(at + by, 0, list.items.length - 1)]);
      },
      ({ rows }) => rows,
    ),
    ...bindBoth([ROWS.previous, ROWS.next], (state, { scene }, by) => {
      const { list, at } = shownFindings(scene);
      return focused(state, list.items[wrap(at + by, list.items.length)]);
    }),
    bind(ROWS.left, (state) => say(state, "↑ and ↓ go through findings, enter shows the evidence")),
    bind(ROWS.right, enter),
    bind(ROWS.enter, enter),
    bind(ROWS.back, (state) => outWithin(state) ?? withoutFilter(state) ?? show(state, "runs")),
    bind(ROWS.filter, (state) => openFilter(state, FINDING_FILTER)),
    bind(ROWS.pane, (state, { scene }) => {
      const isRun = state.settings.findingScope === "run";
      const said = isRun
        ? "findings of the marked runs; without marks of all"
        : `findings of ${scene.run?.name ?? "one run"}`;
      return say(adjusted(state, { findingScope: isRun ? "marked" : "run" }), said);
    }),
  ],
};

function foundAt(scene: Scene): FoundIn | undefined {
  const { list, at } = shownFindings(scene);
  return list.items[at];
}

function enter(state: State, { scene }: Context): State {
  const found = foundAt(scene);
  if (found === undefined) return say(state, "there is no finding to follow");
  return toEvidence(state, scene, found);
}

function focused(state: State, found: FoundIn | undefined): State {
  if (found === undefined) return say(state, "there are no findings");
  return { ...state, finding: found.key };
}

function withoutFilter(state: State): State | null {
  if (state.settings.findingFilter === "") return null;
  return say(adjusted(state, { findingFilter: "" }), "the filter of findings is off");
}
