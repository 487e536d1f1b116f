/** Findings of a run as text, with their evidence; consequences under their cause. */

import { type Finding, headline, type Level } from "@ablate/core";
import {
  byCause,
  type Cause,
  type GroupedFinding,
  placesText,
  type RunState,
  type RunSummary,
  type Statement,
  worstOf,
} from "@ablate/store";
import { count, visible, wrapText } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import { LEVEL_STYLES } from "./styles.ts";

export type Diagnosed = { readonly run: RunSummary; readonly findings: readonly Finding[] };

export const LEVELS: readonly Level[] = ["error", "warning", "info"];

/** Cells before a message. */
const INDENT = 11;
/** A message is not broken into narrower lines than this. */
const NARROWEST = 20;

/** Cells before what follows from a finding, and before the second line of it. */
const DEEPER = 13;

/**
 * Lists findings, the most serious first, each with its evidence, its rule and the place that explains it. What
 * a rule finds in many places is one entry, and what follows from another finding stands below it, in a few words:
 * its advice would be that for the cause.
 */
export function findingsOfRun(
  { run, findings }: Diagnosed,
  { width, paint }: { readonly width: number | null; readonly paint: Paint },
): string {
  const room = width ?? Number.POSITIVE_INFINITY;
  const indented = (text: string, indent: number): string =>
    wrapText(visible(text), Math.max(NARROWEST, room - indent)).join(`\n${" ".repeat(indent)}`);
  const line = (text: string, indent: number): string =>
    `${" ".repeat(indent)}${indented(text, indent)}\n`;
  const entries = byCause(findings).map((cause) => {
    const { finding, consequences } = cause;
    const worst = LEVELS[2 - worstOf(cause)] ?? finding.level;
    const followed = consequences.map((one) => {
      const { level } = one.finding;
      const head = `so: ${level === "error" ? "error, " : ""}${headline(one.finding)}${also(one)}`;
      return `${line(head, INDENT)}${paint("dim", line(sinceText(one), DEEPER).trimEnd())}\n`;
    });
    const message = indented(`${finding.message}${also(cause)}`, INDENT);
    const level = paint(LEVEL_STYLES[worst], worst.padEnd(7));
    const since = line(sinceText(cause), INDENT);
    const first = `  ${level}  ${message}\n${paint("dim", since.trimEnd())}\n`;
    return `${first}${followed.join("")}`;
  });
  const head = `${run.name}: ${stateOf(run)}, ${summary({ run, findings })}`;
  return `${paint("bold", headLines(head, width))}\n${entries.join("")}`;
}

/** Says since when a rule holds, and what explains it. */
function sinceText({ finding: { rule, step } }: Statement): string {
  const when = step === 0 ? "init" : `step ${count(step)}`;
  return `${rule}, since ${when}; docs/diagnostics.md#${rule}`;
}

/** Says since when, unless the message is about the initialisation itself or says that it is over. */
export function sinceWords({
  since: [from, to],
  until,
  message,
}: Pick<GroupedFinding<unknown>, "since" | "until" | "message">): string {
  if (until !== null || (to === 0 && message.includes("init"))) return "";
  const first = from === 0 ? "init" : `step ${count(from)}`;
  return `, since ${first}${from === to ? "" : ` to ${count(to)}`}`;
}

/** Names the other places of which the same is said. */
function also({ others }: Statement): string {
  return others.length === 0 ? "" : `; likewise ${placesText(others)}`;
}

export function headLines(head: string, width: number | null): string {
  return wrapText(visible(head), width ?? Number.POSITIVE_INFINITY).join("\n");
}

/** Counts causes by the most serious level that they or what follows from them have. */
export function countsOf(findings: readonly Judged[]): number[] {
  const causes = byCause(findings);
  return LEVELS.map((_, i) => causes.filter((one) => worstOf(one) === 2 - i).length);
}

export function verdictOf({ run, findings }: Diagnosed): string {
  if (run.lastStep === null && findings.length === 0) return "not trained yet";
  return verdict(findings, run.state);
}

export type Judged = Pick<Finding, "level" | "rule" | "step" | "message" | "until">;

/** Says in one line what is more than information, each cause once; of a healthy run that is at its end what was. */
export function verdict(findings: readonly Judged[], state: RunState): string {
  const serious = byCause(findings).filter((one) => worstOf(one) > 0);
  if (serious.length > 0) return serious.map(causeText).join("; ");
  if (state === "failed") return "no findings, but it failed";
  if (!isOver(state)) return "healthy so far";
  const past = byCause(findings.filter(({ until }) => until !== null));
  return past.length === 0 ? "healthy" : `healthy now; ${past.map(causeText).join("; ")}`;
}

/** Whether a run in this state is at its end and judged. */
export function isOver(state: RunState): boolean {
  return state === "finished" || state === "diverged";
}

/** Writes a cause, and what follows from it where that is more serious. */
export function causeText(cause: Cause<Judged>): string {
  const [worse] = cause.consequences;
  const isWorse = worse !== undefined && worstOf({ ...cause, consequences: [] }) < worstOf(cause);
  return isWorse ? `${statementText(cause)}, so ${statementText(worse)}` : statementText(cause);
}

function statementText({ finding, others }: Statement<Judged>): string {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${headline(finding)}${more}`;
}

export function stateOf({ state, lastStep, steps }: RunSummary): string {
  const trained = lastStep === null ? 0 : lastStep + 1;
  if (steps === null) return trained === 0 ? state : `${state}, at step ${count(trained - 1)}`;
  return trained === steps ? state : `${state} after ${count(trained)} of ${count(steps)} steps`;
}

function summary(diagnosed: Diagnosed): string {
  const { findings } = diagnosed;
  if (findings.length === 0) return verdictOf(diagnosed);
  const counted = countsOf(findings).flatMap((number, i) =>
    number === 0 ? [] : [`${number} ${LEVELS[i]}${number > 1 && LEVELS[i] !== "info" ? "s" : ""}`],
  );
  const causes = byCause(findings).length;
  const all = causes === findings.length ? "" : ` (${findings.length} findings)`;
  return `${counted.join(", ")}${all}`;
}
