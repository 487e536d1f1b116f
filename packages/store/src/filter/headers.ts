/** What tables of runs head their columns by, each of which is the name of a field, too: `valid` is `valid_loss`. */
import type { RunSummary } from "../reading/history.ts";
import { RUNS } from "../views/runs.ts";
import type { Column } from "../views/view.ts";

/** A run as far as the fields go that no view has as a column. */
type Timed = Pick<
  RunSummary,
  "state" | "source" | "parameters" | "lastStep" | "steps" | "stepsPerS"
>;

/** Counts the updates made so far; of a run recorded as metrics alone the last step of these. */
export function stepsMade({ lastStep, source, parameters }: Timed): number | null {
  if (lastStep === null) return null;
  return source === null || (parameters ?? 0) > 0 ? lastStep + 1 : lastStep;
}

/** Estimates the seconds until a running run ends. */
export function secondsLeft(run: Timed): number | null {
  const { state, steps, stepsPerS, lastStep } = run;
  if (state !== "running" || !stepsPerS || steps === null) return null;
  return Math.max(0, steps - (lastStep === null ? 0 : lastStep + 1)) / stepsPerS;
}

/** Counts the findings that are reason to look at a run; null where no rule has judged it. */
export function troubles({
  errors,
  warnings,
}: Pick<RunSummary, "errors" | "warnings">): number | null {
  return errors === null && warnings === null ? null : (errors ?? 0) + (warnings ?? 0);
}

/** Fields that are made of columns, with the heads of theirs. */
const OTHER_TITLES: Readonly<Record<string, string>> = {
  step: "at step",
  eta: "ETA",
  findings: "▲",
};

const COLUMNS: Readonly<Record<string, Column>> = RUNS.columns;

const TITLES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(COLUMNS).flatMap(([name, [, , notes]]): [string, string][] =>
    notes?.title === undefined ? [] : [[name, notes.title]],
  ),
  ...Object.entries(OTHER_TITLES),
]);

const FIELDS: ReadonlyMap<string, string> = new Map(
  [...TITLES].map(([name, title]) => [title.toLowerCase(), name]),
);

/** Returns what tables of runs head a column by: its name unless it is declared with another. */
export function columnTitle(column: string): string {
  return TITLES.get(column) ?? column;
}

/** Returns the field that tables head by this title; undefined where it is no such title. */
export function fieldOfTitle(title: string): string | undefined {
  return FIELDS.get(title.toLowerCase());
}

/** Titles with the field that each means. */
export function fieldTitles(): readonly (readonly [title: string, field: string])[] {
  return [...TITLES].map(([field, title]) => [title, field]);
}

/** Matches a title of several words where it stands as a field, before an operator. */
export const TITLE_OF_WORDS: RegExp = new RegExp(
  `(?:${[...TITLES.values()].filter((title) => title.includes(" ")).join("|")})(?=:|\\s*(?:[<>=]|!=))`,
  "iy",
);
