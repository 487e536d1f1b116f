import { areOnSeveralHosts, columnTitle, type RunSummary, VALID_LOSS } from "@ablate/store";
import { count, lossTexts, right, shortNumber, table, UNKNOWN, visible } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import { stateStyle, tableStyle, troubleStyle, troubleText } from "./styles.ts";

/**
 * Tables runs with their states and results, and where some have them, with the best number of a
 * metric, tags, how many findings they have, whether they are left, and on which machines they are where there are
 * several. The best of each grid has a star.
 */
export function runsTable(runs: readonly RunSummary[], paint: Paint): string {
  const [lossText, trainText, validText] = [
    lossTexts(runs.map((run) => run.loss)),
    lossTexts(runs.map((run) => run.trainLoss)),
    lossTexts(runs.map((run) => run.validLoss)),
  ];
  const areLeft = runs.some(({ plan }) => plan === "left");
  const best = bestMetric(runs);
  const areSpread = areOnSeveralHosts(runs);
  const areTagged = runs.some(({ tags }) => tags.length > 0);
  const areSick = runs.some((run) => troubleOf(run) !== "");
  const bests = bestRuns(runs);
  // Digits stand below each other, beside a star or not.
  const gap = bests.size === 0 ? "" : "  ";
  const mark = (run: RunSummary, text: string): string =>
    `${text}${bests.has(run) ? ` ${BEST}` : gap}`;
  const styleOf = (text: string, row: number, column: number) => {
    if (column === 1) return stateStyle(text);
    if (areSick && column === 2) return troubleStyle(text);
    const run = runs[row];
    return run !== undefined && bests.has(run) && text.endsWith(` ${BEST}`) ? "bold" : null;
  };
  const [train, valid, speed] = ["train_loss", "valid_loss", "steps_per_s"].map(columnTitle);
  const text = table(
    [
      ...["run", "state"],
      ...(areSick ? ["findings"] : []),
      ...["seed", "step", "loss", train ?? "", `${valid}${gap}`, speed ?? ""].map(right),
      ...(best === null ? [] : [right(visible(best))]),
      ...(areSpread ? ["host"] : []),
      ...(areLeft ? ["plan"] : []),
      ...(areTagged ? ["tags"] : []),
    ],
    runs.map((run) => [
      run.name,
      run.state,
      ...(areSick ? [troubleOf(run)] : []),
      String(run.seed ?? UNKNOWN),
      stepsText(run),
      lossText(run.loss),
      trainText(run.trainLoss),
      mark(run, validText(run.validLoss)),
      count(run.stepsPerS),
      ...(best === null ? [] : [bestText(run, best)]),
      ...(areSpread ? [run.host ?? ""] : []),
      ...(areLeft ? [run.plan === "left" ? run.plan : ""] : []),
      ...(areTagged ? [run.tags.join(",")] : []),
    ]),
    tableStyle(paint, styleOf),
  );
  return bests.size === 0 ? text : `${text}${paint("dim", BEST_NOTE)}\n`;
}

/** Marks the best run of a grid. */
const BEST = "*";
const BEST_NOTE = `${BEST} the lowest validation loss of its grid`;

function troubleOf({ errors, warnings }: RunSummary): string {
  return troubleText(errors ?? 0, warnings ?? 0);
}

/** Returns the run with the lowest validation loss of each grid of which several have one. */
function bestRuns(runs: readonly RunSummary[]): ReadonlySet<RunSummary> {
  const of = (run: RunSummary): number => VALID_LOSS.value(run) ?? Number.POSITIVE_INFINITY;
  const measured = runs.filter((run) => of(run) < Number.POSITIVE_INFINITY);
  const bests = [...Map.groupBy(measured, ({ grid }) => grid).values()].map((some) =>
    some.length < 2 ? undefined : some.toSorted((a, b) => of(a) - of(b))[0],
  );
  return new Set(bests.filter((run) => run !== undefined));
}

/** Writes how many steps a run has made, and of how many where that is known. */
function stepsText({ lastStep, steps }: RunSummary): string {
  if (lastStep === null) return UNKNOWN;
  const made = count(lastStep + 1);
  return steps === null ? made : `${made}/${count(steps)}`;
}

/** Returns the metric that tells recorded runs apart best, beside their losses: the first of which less or more is better. */
function bestMetric(runs: readonly RunSummary[]): string | null {
  for (const { source, metrics } of runs) {
    if (source === null || metrics === undefined) continue;
    const found = [...metrics.values()].find(({ goal, role }) => goal !== null && role === null);
    if (found !== undefined) return found.name;
  }
  return null;
}

/** Writes the best number that a run has of a metric. */
function bestText({ metrics }: RunSummary, name: string): string {
  const found = metrics?.get(name);
  const best = found?.goal === "min" ? found.min : (found?.max ?? null);
  return best === null ? UNKNOWN : shortNumber(best, 4);
}
