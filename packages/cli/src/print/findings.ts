/** Findings as text: of one run with their evidence, of a grid one line per run. */

import { type Finding, headline, type Level } from "@ablate/core";
import type { RunState, RunSummary } from "@ablate/store";
import { count, counted, fittedTable, right, wrapText } from "@ablate/text";

export type Diagnosed = { readonly run: RunSummary; readonly findings: readonly Finding[] };

const LEVELS: readonly Level[] = ["error", "warning", "info"];

/** Cells before a message. */
const INDENT = 11;
/** A message is not broken into narrower lines than this. */
const NARROWEST = 20;

/** Lists findings, the most serious first, each with its evidence, its rule and the place that explains it. */
export function findingsOfRun({ run, findings }: Diagnosed, width: number | null): string {
  const room = Math.max(NARROWEST, (width ?? Number.POSITIVE_INFINITY) - INDENT);
  const indented = (text: string): string => wrapText(text, room).join(`\n${" ".repeat(INDENT)}`);
  const lines = findings.map(({ level, rule, step, message }) => {
    const when = step === 0 ? "init" : `step ${count(step)}`;
    const since = `${rule}, since ${when}; docs/diagnostics.md#${rule}`;
    return `  ${level.padEnd(7)}  ${indented(message)}\n${" ".repeat(INDENT)}${indented(since)}\n`;
  });
  const head = `${run.name}: ${stateOf(run)}, ${summary({ run, findings })}`;
  return `${headLines(head, width)}\n${lines.join("")}`;
}

function headLines(head: string, width: number | null): string {
  return wrapText(head, width ?? Number.POSITIVE_INFINITY).join("\n");
}

/** Writes a line per run, the worst first. */
export function findingsOfGrid(
  grid: string,
  all: readonly Diagnosed[],
  width: number | null,
): string {
  const rows = all
    .toSorted((a, b) => compare(countsOf(a.findings), countsOf(b.findings)))
    .map(({ run, findings }) => [
      run.name,
      stateOf(run),
      ...countsOf(findings).map((number) => (number === 0 ? "" : String(number))),
      verdictOf({ run, findings }),
    ]);
  const text = fittedTable(["run", "state", ...LEVELS.map(right), "verdict"], rows, width);
  const [bad, doubtful] = [0, 1].map((i) => all.filter(({ findings }) => worst(findings) === i));
  const runs = counted(all.length, "run");
  const head = `${grid}: ${runs}, ${bad?.length ?? 0} with errors, ${doubtful?.length ?? 0} with warnings at most`;
  return `${headLines(head, width)}\n${text}`;
}

/** Counts findings by level, the most serious first. */
function countsOf(findings: readonly Finding[]): number[] {
  return LEVELS.map((level) => findings.filter((one) => one.level === level).length);
}

/** Returns the rank of the most serious finding; -1 without any. */
function worst(findings: readonly Finding[]): number {
  return countsOf(findings).findIndex((number) => number > 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((number, j) => number !== b[j]);
  return i < 0 ? 0 : (b[i] ?? 0) - (a[i] ?? 0);
}

function verdictOf({ run, findings }: Diagnosed): string {
  if (run.lastStep === null && findings.length === 0) return "not trained yet";
  return verdict(findings, run.state);
}

export type Judged = Pick<Finding, "level" | "rule" | "message" | "until">;

/** Says in one line what is more than information, each rule once; of a healthy run that is at its end what was. */
export function verdict(findings: readonly Judged[], state: RunState): string {
  const serious = findings.filter(({ level }) => level !== "info");
  if (serious.length > 0) return byRule(serious);
  if (!isOver(state)) return "healthy so far";
  const past = findings.filter(({ until }) => until !== null);
  return past.length === 0 ? "healthy" : `healthy now; ${byRule(past)}`;
}

/** Whether a run in this state is at its end and judged. */
export function isOver(state: RunState): boolean {
  return state === "finished" || state === "diverged";
}

function byRule(findings: readonly Judged[]): string {
  return [...Map.groupBy(findings, ({ rule }) => rule).values()]
    .map(([first, ...others]) => {
      const more = others.length > 0 ? ` (and ${others.length} more)` : "";
      return first === undefined ? "" : `${headline(first)}${more}`;
    })
    .join("; ");
}

function stateOf({ state, lastStep, steps }: RunSummary): string {
  const trained = lastStep === null ? 0 : lastStep + 1;
  return trained === steps ? state : `${state} after ${count(trained)} of ${count(steps)} steps`;
}

function summary(diagnosed: Diagnosed): string {
  const { findings } = diagnosed;
  if (findings.length === 0) return verdictOf(diagnosed);
  const counted = countsOf(findings).flatMap((number, i) =>
    number === 0 ? [] : [`${number} ${LEVELS[i]}${number > 1 && LEVELS[i] !== "info" ? "s" : ""}`],
  );
  return counted.join(", ");
}
