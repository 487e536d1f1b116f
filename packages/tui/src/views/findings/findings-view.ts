/** What keys do in the view Findings, where that differs from the other views. */
import type { FoundIn } from "../../data/findings.ts";
import type { Action } from "../../keys/rows.ts";
import { adjusted, clamp, say, wrap } from "../../state/change.ts";
import type { Context, Handler } from "../../state/context.ts";
import { openPrompt } from "../../state/prompt.ts";
import type { State } from "../../state/state.ts";
import { toEvidence } from "./evidence.ts";

export const IN_FINDINGS: Readonly<Partial<Record<Action, Handler>>> = {
  up: (state, context) => by(state, context, -1),
  down: (state, context) => by(state, context, 1),
  "page-up": (state, context) => by(state, context, -context.extent.rows),
  "page-down": (state, context) => by(state, context, context.extent.rows),
  first: (state, context) => by(state, context, Number.NEGATIVE_INFINITY),
  last: (state, context) => by(state, context, Number.POSITIVE_INFINITY),
  next: (state, context) => around(state, context, 1),
  previous: (state, context) => around(state, context, -1),
  left: (state) => say(state, "↑ and ↓ go through findings, enter shows the evidence"),
  right: (state, context) => enter(state, context),
  enter: (state, context) => enter(state, context),
  filter: (state) =>
    openPrompt(state, "findings", { targets: [], text: state.settings.findingFilter }),
  pane: (state, { scene }) => {
    const isRun = state.settings.findingScope === "run";
    const said = isRun
      ? "findings of the marked runs; without marks of all"
      : `findings of ${scene.run?.run ?? "one run"}`;
    return say(adjusted(state, { findingScope: isRun ? "marked" : "run" }), said);
  },
};

function enter(state: State, { scene }: Context): State {
  const { list, at } = scene.findings;
  const found = list.items[at];
  return found === undefined
    ? say(state, "there is no finding to follow")
    : toEvidence(state, scene, found);
}

function by(state: State, { scene }: Context, rows: number): State {
  const { list, at } = scene.findings;
  return focused(state, list.items[clamp(at + rows, 0, list.items.length - 1)]);
}

function around(state: State, { scene }: Context, rows: number): State {
  const { list, at } = scene.findings;
  return focused(state, list.items[wrap(at + rows, list.items.length)]);
}

function focused(state: State, found: FoundIn | undefined): State {
  return found === undefined
    ? say(state, "there are no findings")
    : { ...state, finding: found.key };
}
