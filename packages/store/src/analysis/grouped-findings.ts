/** What rules say of runs that differ in the seed alone, said once: of how many, since when, from how much to how much. */
import type { Finding } from "@ablate/core";
import { count, textOfSeveral } from "@ablate/text";
import { SEVERITY } from "./causes.ts";

/** The smallest and the largest of some numbers. */
export type Extent = readonly [least: number, most: number];

/** A finding of a run. */
export type FoundIn<R> = { readonly run: R; readonly finding: Finding };

/**
 * What a rule says at one level of one place in some of the runs. It can stand where a finding stands: its `message` is
 * theirs up to the evidence, `hidden1 53 to 66 % saturated`, and its `step` the first since which it holds.
 */
export type GroupedFinding<R> = Omit<Finding, "value"> & {
  /** In the order of the runs. */
  readonly found: readonly [FoundIn<R>, ...FoundIn<R>[]];
  /** The first and the last step since which it holds; 0 is initialisation. */
  readonly since: Extent;
  /** The first and the last step at which values and messages were measured. */
  readonly measured: Extent;
  /** The smallest and the largest value; null where none is finite. */
  readonly values: Extent | null;
};

/** Groups the findings of runs by rule, level and place, the most serious first, then by step. */
export function groupFindings<R>(
  runs: readonly R[],
  findingsOf: (run: R) => readonly Finding[],
): GroupedFinding<R>[] {
  const all = runs.flatMap((run) => findingsOf(run).map((finding) => ({ run, finding })));
  return [...Map.groupBy(all, keyOf).values()].flatMap(grouped).sort(bySeriousness);
}

function keyOf({ finding: { rule, level, layer, param, until } }: FoundIn<unknown>): string {
  return JSON.stringify([rule, level, layer, param, until === null]);
}

function grouped<R>([first, ...others]: readonly FoundIn<R>[]): readonly GroupedFinding<R>[] {
  if (first === undefined) return [];
  const { rule, level, layer, param } = first.finding;
  const findings = [first, ...others].map(({ finding }) => finding);
  const since = extentOf(findings.map(({ step }) => step)) ?? [0, 0];
  return [
    {
      ...{ level, rule, layer, param, since },
      found: [first, ...others],
      step: since[0],
      until: extentOf(findings.flatMap(({ until }) => until ?? []))?.[1] ?? null,
      message: textOfSeveral(findings.map(({ message }) => message.split(": ")[0] ?? message)),
      measured: extentOf(findings.map(measuredAt)) ?? since,
      values: extentOf(findings.flatMap(({ value }) => value ?? [])),
    },
  ];
}

/**
 * Returns the step at which the value and the message of a finding were measured, as its message tells it, which may be
 * long after the step since which it holds. Rules that tell none judge what is the same at every step.
 */
export function measuredAt({
  message,
  step,
  until,
}: Pick<Finding, "message" | "step" | "until">): number {
  const told = message.replace(/, no longer at step [\d,]+/, "");
  const [, at, after, to] = MOMENT.exec(told) ?? [];
  const text = at ?? after ?? to;
  const moment = text === undefined ? step : Number(text.replaceAll(",", ""));
  return moment >= step && (until === null || moment < until) ? moment : step;
}

/** Matches `at step 2,000`, `after 2,000 steps` and `steps 1,900 to 1,999`. */
const MOMENT = /\bat step ([\d,]*\d)|\bafter ([\d,]*\d) steps?\b|\bsteps [\d,]*\d to ([\d,]*\d)/;

/** Writes the steps over which a finding holds, as far as it was measured: `init`, `init to 2,000`, `500 to 1,000`. */
export function heldText({
  since,
  measured,
}: Pick<GroupedFinding<unknown>, "since" | "measured">): string {
  const [from, to] = [since[0], measured[1]];
  return from === to ? stepText(from) : `${stepText(from)} to ${count(to)}`;
}

function stepText(step: number): string {
  return step === 0 ? "init" : count(step);
}

/** Orders findings: the most serious first, then by step. */
export function bySeriousness(a: Ranked, b: Ranked): number {
  return SEVERITY[b.level] - SEVERITY[a.level] || a.step - b.step;
}

type Ranked = Pick<Finding, "level" | "step">;

function extentOf(numbers: readonly number[]): Extent | null {
  return numbers.length === 0 ? null : [Math.min(...numbers), Math.max(...numbers)];
}
