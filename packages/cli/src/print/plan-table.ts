import type { Exclusion, PlannedRun } from "@ablate/runner";
import { type RunStart, setting, shortKey } from "@ablate/store";
import { bytes, count, counted, duration, table, UNKNOWN } from "@ablate/text";
import { EMPTY_STORE_BYTES, type Estimate } from "../plan/estimate.ts";

type Row = Pick<PlannedRun, "name" | "differs"> & {
  readonly state: string;
  /** Where it would go on. */
  readonly start: RunStart | null;
};

/** Writes one line per run, with those columns of the config that differ. */
export function planTable(rows: readonly Row[]): string {
  const keys = [...new Set(rows.flatMap(({ differs }) => Object.keys(differs)))];
  const varying = keys.filter(
    (key) => new Set(rows.map(({ differs }) => text(differs[key]))).size > 1,
  );
  const titles = varying.map((key) => shortKey(key, varying));
  const cells = rows.map(({ name, state, start, differs }) => [
    name,
    start === null ? state : `${state}, ${startText(name, state, start)}`,
    ...varying.map((key) => (key in differs ? setting(differs[key]) : UNKNOWN)),
  ]);
  return table(["run", "state", ...titles], cells);
}

/** A new run may get another name than the planned one, which a shorter run has. */
function startText(name: string, state: string, { run, step }: RunStart): string {
  const isOwn = state !== "new" && run === name;
  return isOwn ? `goes on at ${count(step)}` : `goes on from ${run} at ${count(step)}`;
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Counts runs by state, those to train, and those that each rule leaves out. */
export function planCounts(
  rows: readonly Row[],
  todo: number,
  excluded: readonly Exclusion[],
): string {
  const states = [...Map.groupBy(rows, ({ state }) => state)];
  const parts = states.map(([state, { length }]) => `${count(length)} ${state}`).join(", ");
  const rules = excluded.map(({ rule, position: { source, line }, count: number }) => {
    const place = line === null ? source : `${source}:${line}`;
    return `${count(number)} excluded by ${rule} (${place})\n`;
  });
  return `${counted(rows.length, "run")}: ${parts}; ${count(todo)} to train\n${rules.join("")}`;
}

/**
 * Says what the runs to train will take, and what that is based on.
 *
 * @param stored - bytes of the store as it is
 */
export function planEstimate(
  todo: number,
  { seconds, timed, basis, bytes: more }: Estimate,
  stored: number | null,
): string {
  const all = more + (stored ?? EMPTY_STORE_BYTES);
  const size = `store: about ${bytes(more)} more, ${bytes(all)} in all\n`;
  if (timed === 0) {
    return `time: no estimate, no stored run has the same model, batch size and engine\n${size}`;
  }
  const whose = timed === todo ? "" : ` for ${count(timed)} of them, no estimate for the others`;
  const speed = `${count(basis.stepsPerSecond)} steps/s of ${counted(basis.runs, "stored run")}`;
  const why = `one at a time, by the ${speed} of the same model, batch size and engine`;
  return `time: about ${duration(Math.max(1, seconds))}${whose}; ${why}\n${size}`;
}
