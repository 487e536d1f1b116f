/** The findings of a run in one line. */
import { type Finding, headline } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";

export type Judged = Pick<Finding, "level" | "rule" | "message" | "until">;

/**
 * What is more than information, each rule once; of a run without any what was and is over. `isOver` for a run that
 * is at its end.
 */
export function verdict(
  findings: readonly Judged[],
  { isOver }: { readonly isOver: boolean },
): string {
  const serious = findings.filter(({ level }) => level !== "info");
  if (serious.length > 0) return byRule(serious);
  if (!isOver) return "healthy so far";
  const past = findings.filter(({ until }) => until !== null);
  return past.length === 0 ? "healthy" : `healthy now; ${byRule(past)}`;
}

function byRule(findings: readonly Judged[]): string {
  return [...Map.groupBy(findings, ({ rule }) => rule).values()].map(ofRule).join("; ");
}

function ofRule(findings: readonly Judged[]): string {
  const [first] = findings;
  const others = findings.length - 1;
  return `${first === undefined ? "" : headline(first)}${others > 0 ? ` (and ${others} more)` : ""}`;
}

/** Turns a grid's events into the lines that are due: a run's verdict at first sight and at its end. */
export function verdictTeller(): (event: GridEvent) => string | null {
  const latest = new Map<string, readonly Judged[]>();
  return (event) => {
    if (event.event === "findings") {
      const isFirst = event.step === 0 || !latest.has(event.run);
      latest.set(event.run, event.findings);
      return isFirst ? lineOf(event.run, event.findings, false) : null;
    }
    if (event.event !== "ended") return null;
    const findings = latest.get(event.run);
    latest.delete(event.run);
    const isJudged = event.state === "finished" || event.state === "diverged";
    if (findings === undefined || !isJudged) return null;
    return lineOf(event.run, findings, true);
  };
}

function lineOf(run: string, findings: readonly Judged[], isOver: boolean): string {
  return `${run}: ${verdict(findings, { isOver })}`;
}
