/** What rules say of a run or of a group, a line or two for each finding: on pages that are about something else. */
import { bySeriousness, type GroupedFinding, groupFindings } from "@ablate/store";
import { count } from "@ablate/text";
import type { FoundIn } from "../data/run-reader.ts";
import type { ShownRun } from "../data/shown-run.ts";
import { type Line, lineWidth, piece, wrapped } from "../text/line.ts";
import { HEALTH_SIGNS, type Sign } from "./states.ts";
import type { Canvas } from "./view.ts";

export const LEVEL_SIGNS: Readonly<Record<GroupedFinding<ShownRun>["level"], Sign>> = {
  ...HEALTH_SIGNS,
  info: { sign: "·", tone: "muted" },
};

/** Runs of a group whose findings are read: more seeds than anybody trains. */
const MOST_READ = 64;

/** Names what rules say of runs on one line, without information; empty where that is nothing. */
export function briefFindings({ stored }: Pick<Canvas, "stored">, runs: readonly ShownRun[]): Line {
  const read = runs.slice(0, MOST_READ);
  return groupFindings(read, (run) => stored.findings(run).map(({ finding }) => finding))
    .filter(({ level }) => level !== "info")
    .flatMap(({ level, message }, i) => {
      const { sign, tone } = LEVEL_SIGNS[level];
      return [piece(i === 0 ? "" : " · ", "muted"), piece(`${sign} `, tone), piece(message)];
    });
}

type Options = {
  readonly width: number;
  /** Whether information is listed, too, which is no reason to worry. */
  readonly hasInfo: boolean;
};

/** Lists what rules say of runs, said once of those that differ in the seed, the most serious first. */
export function findingLines(
  { stored }: Pick<Canvas, "stored">,
  runs: readonly ShownRun[],
  { width, hasInfo }: Options,
): Line[] {
  const read = runs.slice(0, MOST_READ);
  const grouped = groupFindings(read, (run) => stored.findings(run).map(({ finding }) => finding));
  const shown = grouped.filter(({ level }) => hasInfo || level !== "info");
  return shown.flatMap((one) => linesOf(one, runs.length, width));
}

/** Returns the most serious finding of runs; undefined where no rule has found anything wrong. */
export function worstFinding(
  { stored }: Pick<Canvas, "stored">,
  runs: readonly ShownRun[],
): FoundIn | undefined {
  return runs
    .slice(0, MOST_READ)
    .flatMap((run) => stored.findings(run))
    .filter(({ finding }) => finding.level !== "info")
    .toSorted((a, b) => bySeriousness(a.finding, b.finding))[0];
}

function linesOf(
  { level, message, found, since: [first] }: GroupedFinding<ShownRun>,
  runs: number,
  width: number,
): Line[] {
  const { sign, tone } = LEVEL_SIGNS[level];
  const when = first === 0 ? "since init" : `since step ${count(first)}`;
  const of = runs === 1 ? "" : ` · ${found.length} of ${runs} runs`;
  const text = level === "info" ? "muted" : "plain";
  const said = wrapped(message, Math.max(8, width - 2), text).map(
    (one, i): Line => [piece(i === 0 ? `${sign} ` : "  ", tone), ...one],
  );
  const last = said.at(-1) ?? [];
  const more = piece(`${when}${of}`, "muted");
  const fits = lineWidth(last) + 3 + lineWidth([more]) <= width;
  if (fits) return [...said.slice(0, -1), [...last, piece(" · ", "muted"), more]];
  return [...said, [piece("  "), more]];
}
