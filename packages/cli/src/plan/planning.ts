/** Turns a config file and the flags into the runs that would be trained. */
import { type Exclusion, onData, type PlannedRun, planRuns, sampleRuns } from "@ablate/runner";
import type { GridPlan, PlanPreview } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { linesOf, problemText } from "../print/problems.ts";
import { withAnyReader } from "../store/open.ts";
import { dataNotes, otherReadingNotes } from "./data-notes.ts";
import { onlyWanted } from "./only.ts";
import { originOf } from "./origin.ts";
import { sampleNotes } from "./sample-notes.ts";
import { readConfig, type Source } from "./source.ts";

/** A grid that is ready to be stored and trained. */
export type Planned = Source & {
  readonly grid: GridPlan;
  /** Under the names that they have in the store or get there, in the order in which they are trained. */
  readonly runs: readonly PlannedRun[];
  /** What storing it would do. */
  readonly preview: PlanPreview;
  /** What the user should know: runs that are the same, values that change nothing. */
  readonly notes: readonly string[];
  readonly excluded: readonly Exclusion[];
};

/** Plans a config, by default the one that the first positional argument names, under the flags. */
export function planConfig(invocation: Invocation, path?: string): Planned {
  const source = readConfig(invocation, path);
  const { config, data } = source;
  const { name, description, text } = config;
  const { runs: all, notes: sameRuns, excluded } = planRuns(onData(config, data), data.hash);
  const whole = { name, description, spec: text, runs: all };
  const origin = originOf(invocation, source, all);
  const preview = previewOf(invocation, { ...whole, origin });
  const sampled = sampleRuns(all, config);
  const isSample = sampled.runs.length < all.length;
  const runs = onlyWanted({ name, runs: sampled.runs, isSample }, preview, invocation);
  const grid = { ...whole, origin, runs };
  const paint = invocation.terminal.paintWarning;
  const lines = linesOf(config.sources);
  const warnings = config.warnings.map(({ message, ...at }) =>
    problemText({ ...at, message: `warning: ${message}` }, lines, paint),
  );
  const ofData = [...dataNotes(source), ...otherReadingNotes(invocation, source, all)];
  const notes = [...warnings, ...sampleNotes(config, sampled), ...ofData, ...sameRuns];
  const named = sampled.inOrder(runs).map((run) => ({
    ...run,
    name: preview.names.get(run.hash)?.name ?? run.name,
  }));
  return { ...source, runs: named, notes, excluded, grid, preview };
}

/** Says what storing a plan would do; where there is no store, its runs get the planned names. */
function previewOf(invocation: Invocation, plan: GridPlan): PlanPreview {
  const found = withAnyReader(invocation, (reader) => reader.preview(plan));
  return found ?? { names: new Map(), left: [], others: [] };
}
