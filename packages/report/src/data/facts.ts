/** Reads everything that a report says from a store. */
import {
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  comparedRuns,
  compareRuns,
  METRICS,
  type Metric,
  type Outcome,
  type Parameter,
  type Provenance,
  type RunSummary,
  type SeriesInfo,
  type StoreReader,
} from "@ablate/store";
import { MOST_SHOWN } from "../chart/marks.ts";
import { evenColumns, inColumns, logColumns, readSeries } from "./columns.ts";
import { findingsOf, firstStepsOf, type Group, groupNames, readProbes } from "./group.ts";

export type ReportFacts = {
  readonly runs: readonly ComparedRun[];
  readonly groups: readonly Group[];
  readonly comparison: Comparison;
  /** By which runs are ranked: the first that any run has. */
  readonly metric: Metric;
  /** How many classes there are and what guessing among them costs; null where no run was trained. */
  readonly guessing: { readonly classes: number; readonly loss: number } | null;
  /** Updates of the longest run that charts show. */
  readonly steps: number;
  /** How to read each update:data ratio, by parameter. */
  readonly ratios: ReadonlyMap<string, SeriesInfo>;
  /** By name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Of each run. */
  readonly provenance: readonly Provenance[];
};

const MOST_COLUMNS = 120;
const LEAST_COLUMNS = 20;
const STEPS_OF_A_COLUMN = 10;
const LOG_COLUMNS = 90;
const RATIO = "log10_ratio:";

export function readFacts(reader: StoreReader, selected: readonly RunSummary[]): ReportFacts {
  const runs = comparedRuns(selected, reader.dataHashes());
  const comparison = compareRuns(runs, { metrics: METRICS });
  const metric = METRICS.find(({ value }) => runs.some((run) => value(run) !== null)) ?? METRICS[0];
  if (metric === undefined) throw new RangeError("there is no metric to compare runs by");
  const guessing = guessingOf(reader, runs);
  const shown = shownRows(comparison, metric);
  const lengths = shown.flatMap(({ runs: own }) => own.map(({ lastStep }) => (lastStep ?? -1) + 1));
  const steps = Math.max(1, ...lengths);
  const names = groupNames(comparison.rows.map((row) => row.runs));
  const groups = comparison.rows.map((row, i): Group => {
    const place = shown.indexOf(row);
    return {
      name: names[i] ?? "",
      place: place < 0 ? null : place,
      runs: row.runs,
      row,
      firstSteps: firstStepsOf(reader, row.runs, guessing?.loss ?? null),
      curves: place < 0 ? null : curvesOf(reader, row.runs, steps),
      ...readProbes(reader, row.runs),
      findings: findingsOf(reader, row.runs),
      judged: row.runs.filter(({ name }) => reader.thresholds(name) !== undefined).length,
    };
  });
  const ratios = runs
    .flatMap(({ name }) => reader.series(name))
    .filter(({ series }) => series.startsWith(RATIO));
  const parameters = runs.flatMap(({ name }) => reader.parameters(name));
  return {
    ...{ runs, groups, comparison, metric, guessing, steps },
    ratios: new Map(ratios.map((info) => [info.series.slice(RATIO.length), info])),
    parameters: new Map(parameters.map((one) => [one.name, one])),
    provenance: runs.map(({ name }) => reader.provenance(name)),
  };
}

/** Returns the outcome of a group by the metric that runs are ranked by. */
export function outcomeOf({ row }: Group, metric: Metric): Outcome | undefined {
  return row.outcomes.find((outcome) => outcome.metric === metric);
}

/** Returns how many columns the loss of all steps has: the mean of a few steps is a calmer line. */
export function lossColumns(steps: number): number {
  const wanted = Math.round(steps / STEPS_OF_A_COLUMN);
  return Math.max(1, Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, wanted), steps));
}

function guessingOf(reader: StoreReader, runs: readonly RunSummary[]): ReportFacts["guessing"] {
  for (const { name: run } of runs) {
    const classes = reader.classes(run);
    if (classes !== null) return { classes, loss: Math.log(classes) };
  }
  return null;
}

/** Returns the best of the trained rows, in the order of the runs. */
function shownRows({ rows }: Comparison, metric: Metric): readonly ComparisonRow[] {
  const worst = Number.POSITIVE_INFINITY;
  const rank = ({ outcomes }: ComparisonRow): number => {
    const mean = outcomes.find((one) => one.metric === metric)?.moments.mean ?? worst;
    return metric.isLessBetter ? mean : -mean;
  };
  const trained = rows.filter((row) => row.runs.some(({ lastStep }) => lastStep !== null));
  const best = new Set(trained.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_SHOWN));
  return rows.filter((row) => best.has(row));
}

function curvesOf(
  reader: StoreReader,
  runs: readonly RunSummary[],
  steps: number,
): NonNullable<Group["curves"]> {
  const trained = runs.filter(({ lastStep }) => lastStep !== null);
  const params = reader.parameters(trained[0]?.name ?? "").map(({ name }) => name);
  const series = ["loss", ...params.map((param) => `${RATIO}${param}`)];
  const samples = trained.map((run) => readSeries(reader, run, series));
  const byLog = logColumns(steps, LOG_COLUMNS);
  return {
    loss: inColumns(evenColumns(steps, lossColumns(steps)), samples, 0),
    lossByLog: inColumns(byLog, samples, 0),
    ratios: new Map(params.map((param, i) => [param, inColumns(byLog, samples, i + 1)])),
  };
}
