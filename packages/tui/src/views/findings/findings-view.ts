/** The view Findings: what the rules say of the runs, and the way from a finding to its evidence. */
import type { FindingRow } from "../../data/findings.ts";
import { moveKeys, outWithin } from "../../keys/move-keys.ts";
import { bind, bindBoth, hint, ROWS } from "../../keys/rows.ts";
import { openFilter } from "../../state/prompt.ts";
import {
  adjusted,
  clamp,
  type FilterField,
  type State,
  say,
  show,
  wrap,
} from "../../state/state.ts";
import { toEvidence } from "../evidence.ts";
import type { Context, View } from "../view.ts";
import { drawFindings } from "./draw-findings.ts";
import { pointFindings } from "./findings-pointer.ts";
import { foundAt, isGroup, rowAt, shownFindings } from "./shown-findings.ts";

const FINDING_FILTER: FilterField = {
  setting: "findingFilter",
  label: "filter findings",
  hint: "words, level:error, rule:dead, layer:hidden1, step>0",
};

export const findingsView: View = {
  name: "findings",
  isFlush: true,
  title: "Findings",
  key: "6",
  help: "findings of the rules",
  draw: drawFindings,
  point: pointFindings,
  hints: (state) => [
    hint(ROWS.enter, "evidence"),
    hint(ROWS.filter),
    hint(ROWS.pane, state.settings.findingScope === "run" ? "all runs" : "one run"),
    hint(ROWS.next, "next"),
    hint(ROWS.tag),
  ],
  subject: (scene) => foundAt(scene)?.run,
  subjects: (scene) => [...new Set(rowAt(scene)?.found.map(({ run }) => run))],
  keys: [
    ...moveKeys(
      (state, { scene }, by) => {
        const { rows, at } = shownFindings(scene);
        return focused(state, rows[clamp(at + by, 0, rows.length - 1)]);
      },
      ({ rows }) => rows,
    ),
    ...bindBoth([ROWS.previous, ROWS.next], (state, { scene }, by) => {
      const { rows, at } = shownFindings(scene);
      return focused(state, rows[wrap(at + by, rows.length)]);
    }),
    bind(ROWS.left, fold),
    bind(ROWS.right, enter),
    bind(ROWS.enter, (state, context) => {
      const row = rowAt(context.scene);
      const isOpen = row !== undefined && state.openFindings.includes(row.key);
      return isOpen && isGroup(row) ? fold(state, context) : enter(state, context);
    }),
    bind(ROWS.back, (state) => outWithin(state) ?? withoutFilter(state) ?? show(state, "runs")),
    bind(ROWS.filter, (state) => openFilter(state, FINDING_FILTER)),
    bind(ROWS.pane, (state, { scene }) => {
      const isRun = state.settings.findingScope === "run";
      const said = isRun
        ? "findings of the marked runs, or of all if none is marked"
        : `findings of ${scene.run?.name ?? "one run"}`;
      return say(adjusted(state, { findingScope: isRun ? "marked" : "run" }), said);
    }),
  ],
};

/** Unfolds a group; of a single finding, shows where it is seen. */
function enter(state: State, { scene }: Context): State {
  const row = rowAt(scene);
  if (row === undefined) return say(state, "there is no finding to follow");
  if (!isGroup(row)) return toEvidence(state, scene, row.found[0]);
  const isOpen = state.openFindings.includes(row.key);
  return isOpen
    ? state
    : { ...state, finding: row.key, openFindings: [...state.openFindings, row.key] };
}

/** Folds the group that is under the cursor, or around it. */
function fold(state: State, { scene }: Context): State {
  const { list } = shownFindings(scene);
  const row = rowAt(scene);
  const group = list.rows.find(
    (one) => isGroup(one) && (one.key === row?.key || (row !== undefined && holds(one, row))),
  );
  if (group === undefined || !state.openFindings.includes(group.key))
    return say(state, "↑ and ↓ go through findings, enter shows the evidence");
  const openFindings = state.openFindings.filter((key) => key !== group.key);
  return { ...state, finding: group.key, openFindings };
}

function holds(group: FindingRow, { isInGroup, key }: FindingRow): boolean {
  return isInGroup && group.found.some((one) => one.key === key);
}

function focused(state: State, row: FindingRow | undefined): State {
  if (row === undefined) return say(state, "there are no findings");
  return { ...state, finding: row.key };
}

function withoutFilter(state: State): State | null {
  if (state.settings.findingFilter === "") return null;
  return say(adjusted(state, { findingFilter: "" }), "the filter of findings is cleared");
}
