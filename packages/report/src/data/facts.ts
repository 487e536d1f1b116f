/** Reads everything that a report says from a store. */

import { type GroupPlace, groupPlaces, MOST_SHOWN } from "@ablate/figures";
import {
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  comparedRuns,
  compareRuns,
  type GroupedFinding,
  groupFindings,
  labelForms,
  lostText,
  METRICS,
  type Metric,
  type MetricSummary,
  metricSeries,
  type Outcome,
  type Parameter,
  type Provenance,
  type RunSummary,
  type SeriesInfo,
  type StoreReader,
  slotsOf,
  storedMap,
  usualMetric,
  withoutSeed,
} from "@ablate/store";
import { fitForms, widthOf } from "@ablate/text";
import { type ColumnValue, evenColumns, inColumns, logColumns, readSeries } from "./columns.ts";
import { type FirstSteps, firstStepsOf } from "./first-steps.ts";
import { type ProbePair, readProbes, type Saturation } from "./probes.ts";

/** Loss over time. */
type Curves = {
  readonly loss: readonly ColumnValue[];
  readonly lossByLog: readonly ColumnValue[];
  /** log10 of the update:data ratio, by parameter. */
  readonly ratios: ReadonlyMap<string, readonly ColumnValue[]>;
  /** What runs record by names of their own. */
  readonly metrics: ReadonlyMap<string, readonly ColumnValue[]>;
};

export type Group = {
  readonly name: string;
  /** Its place in charts; null where it is in the tables only. */
  readonly place: GroupPlace | null;
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
  readonly row: ComparisonRow;
  /** How many of the runs came to no result, as `3 of 8 diverged`; empty where none was lost. */
  readonly lost: string;
  readonly firstSteps: FirstSteps;
  /** Null where nothing is drawn of it. */
  readonly curves: Curves | null;
  readonly probes: ProbePair | null;
  readonly saturation: readonly Saturation[];
  /** log10 of the update:data ratios between which its rules leave hidden weights alone; null without such weights. */
  readonly band: readonly [low: number, high: number] | null;
  readonly findings: readonly GroupedFinding<ComparedRun>[];
  /** How many of the runs were judged by the rules. */
  readonly judged: number;
};

/** A group that charts show. */
export type Shown = Group & { readonly place: GroupPlace; readonly curves: Curves };
/** One that was probed, too. */
export type Probed = Shown & { readonly probes: ProbePair };

export type ReportFacts = {
  readonly runs: readonly ComparedRun[];
  readonly groups: readonly Group[];
  readonly shown: readonly Shown[];
  readonly probed: readonly Probed[];
  readonly comparison: Comparison;
  /** The metric by which runs are ranked: the first that any run has. */
  readonly metric: Metric;
  /** How many classes there are and what guessing among them costs; null where no run was trained. */
  readonly guessing: { readonly classes: number; readonly loss: number } | null;
  /** Updates of the longest run that charts show. */
  readonly steps: number;
  /** How to read each update:data ratio, by parameter. */
  readonly ratios: ReadonlyMap<string, SeriesInfo>;
  /** What any of the runs records by a name of its own, by that name. */
  readonly metrics: ReadonlyMap<string, MetricSummary>;
  /** The runs by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The findings of each run. */
  readonly provenance: readonly Provenance[];
};

const MOST_COLUMNS = 120;
const LEAST_COLUMNS = 20;
const STEPS_OF_A_COLUMN = 10;
const LOG_COLUMNS = 90;
const RATIO = "log10_ratio:";

export function readFacts(reader: StoreReader, selected: readonly RunSummary[]): ReportFacts {
  const runs = comparedRuns(selected, reader.dataHashes());
  const metric = rankedBy(runs);
  const metrics = METRICS.includes(metric) ? METRICS : [...METRICS, metric];
  const comparison = compareRuns(runs, { metrics });
  const [classes] = runs.flatMap(({ name }) => reader.classes(name) ?? []);
  const guessing = classes === undefined ? null : { classes, loss: Math.log(classes) };
  const best = bestRows(comparison, metric);
  const lengths = best.flatMap(({ runs: own }) => own.map(({ lastStep }) => (lastStep ?? -1) + 1));
  const steps = Math.max(1, ...lengths);
  const names = groupNames(comparison).map((name) => (name === "run" ? "the run" : name));
  const shownRuns = best.map(({ runs: members }) => members);
  const places = groupPlaces(slotsOf(shownRuns, reader.annotations().colours));
  const groups = comparison.rows.map((row, i): Group => {
    const place = places[best.indexOf(row)] ?? null;
    return {
      name: names[i] ?? "",
      place,
      runs: row.runs,
      row,
      lost: lostText(row.runs, metric),
      firstSteps: firstStepsOf(reader, row.runs, guessing?.loss ?? null),
      curves: place === null ? null : curvesOf(reader, row.runs, steps),
      ...readProbes(reader, row.runs),
      band: readBand(reader, row.runs),
      findings: groupFindings(row.runs, ({ name }) => reader.findings(name)),
      judged: row.runs.filter(({ name }) => reader.thresholds(name) !== undefined).length,
    };
  });
  const shown = groups.filter((group): group is Shown => group.curves !== null);
  // Of a group that is not drawn one run tells what all of them record.
  const told = groups.flatMap(({ place, runs: own }) => (place === null ? [own[0]] : own));
  const ratios = told
    .flatMap(({ name }) => reader.series(name))
    .filter(({ series }) => series.startsWith(RATIO));
  const parameters = runs.flatMap(({ name }) => reader.parameters(name));
  return {
    ...{ runs, groups, shown, comparison, metric, guessing, steps },
    probed: shown.filter((group): group is Probed => group.probes !== null),
    metrics: new Map(runs.flatMap((run) => [...(run.metrics ?? [])])),
    ratios: new Map(ratios.map((info) => [info.series.slice(RATIO.length), info])),
    parameters: new Map(parameters.map((one) => [one.name, one])),
    provenance: runs.map(({ name }) => reader.provenance(name)),
  };
}

/** Returns the metric by which runs are ranked; of recorded runs the one that `compare` takes. */
function rankedBy(runs: readonly ComparedRun[]): Metric {
  if (areRecorded(runs)) return usualMetric(runs);
  const found = METRICS.find(({ value }) => runs.some((run) => value(run) !== null)) ?? METRICS[0];
  if (found === undefined) throw new RangeError("there is no metric to compare runs by");
  return found;
}

/** Says whether all runs are recorded from logs of other programs. */
export function areRecorded(runs: readonly Pick<RunSummary, "source">[]): boolean {
  return runs.every(({ source }) => source !== null);
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

/** Names a group beside its means, with the runs that these are without. */
export function titleOf({ name, lost }: Group): string {
  return lost === "" ? name : `${name} (${lost})`;
}

/** Orders rows by their means, the best first, behind them rows that lost runs, then those without a mean. */
export function bestFirst(metric: Metric): (a: ComparisonRow, b: ComparisonRow) => number {
  const rank = ({ outcomes }: ComparisonRow): readonly [place: number, mean: number] => {
    const { lost = 0, moments } = outcomes.find((one) => one.metric === metric) ?? {};
    const mean = moments?.mean ?? null;
    if (mean === null) return [2, 0];
    return [lost > 0 ? 1 : 0, metric.isLessBetter ? mean : -mean];
  };
  return (a, b) => {
    const [own, other] = [rank(a), rank(b)];
    return own[0] - other[0] || own[1] - other[1];
  };
}

/** Returns the best of the trained rows, in the order of the runs. */
function bestRows({ rows }: Comparison, metric: Metric): readonly ComparisonRow[] {
  const trained = rows.filter((row) => row.runs.some(({ lastStep }) => lastStep !== null));
  const shown = new Set(trained.toSorted(bestFirst(metric)).slice(0, MOST_SHOWN));
  return rows.filter((row) => shown.has(row));
}

function curvesOf(reader: StoreReader, runs: readonly RunSummary[], steps: number): Curves {
  const trained = runs.filter(({ lastStep }) => lastStep !== null);
  const params = reader.parameters(trained[0]?.name ?? "").map(({ name }) => name);
  const series = ["loss", ...params.map((param) => `${RATIO}${param}`)];
  const samples = trained.map((run) => readSeries(reader, run, series));
  const byLog = logColumns(steps, LOG_COLUMNS);
  const even = evenColumns(steps, lossColumns(steps));
  const names = [...new Set(trained.flatMap(({ metrics }) => [...(metrics?.keys() ?? [])]))];
  const ofMetric = (name: string) => {
    const found = trained.map((run) => readSeries(reader, run, [metricSeries(name)]));
    return inColumns(even, found, 0);
  };
  return {
    metrics: new Map(names.map((name) => [name, ofMetric(name)])),
    loss: inColumns(even, samples, 0),
    lossByLog: inColumns(byLog, samples, 0),
    ratios: new Map(params.map((param, i) => [param, inColumns(byLog, samples, i + 1)])),
  };
}

/** Longer names are in short, where that leaves them different. */
const LONG_NAME = 28;

/** Names groups by their labels without the seed, or by names of runs where labels are the same. */
export function groupNames({ rows }: Comparison): readonly string[] {
  const firsts = rows.map(({ runs: [first] }) => first);
  const labels = firsts.map(({ label, name, grid }) => withoutSeed(label ?? name) || (grid ?? ""));
  const areDifferent = new Set(labels).size === labels.length;
  const names = areDifferent ? labels : firsts.map(({ name }) => withoutSeed(name));
  const forms = labelForms(firsts.map((run, i) => ({ label: names[i] ?? "", run })));
  const shortest = Math.max(0, ...forms.map((all) => widthOf(all.at(-1) ?? "")));
  return fitForms(forms, Math.max(LONG_NAME, shortest));
}

function firstBand(reader: StoreReader, runs: readonly ComparedRun[]): SeriesInfo | null {
  for (const { name } of runs) {
    const found = reader.series(name).find(({ low, high }) => low !== null && high !== null);
    if (found !== undefined) return found;
  }
  return null;
}

/** Reads the band that runs were judged by; where none was judged, the usual one. */
function readBand(reader: StoreReader, runs: readonly ComparedRun[]): Group["band"] {
  const usual = firstBand(reader, runs);
  if (usual === null) return null;
  const [judged = "{}"] = runs.flatMap(({ name }) => reader.thresholds(name) ?? []);
  const { slow_updates: slow, fast_updates: fast } = storedMap(judged, "thresholds");
  const edge = (limit: unknown, otherwise: number | null): number =>
    typeof limit === "number" ? Math.log10(limit) : (otherwise ?? 0);
  return [edge(slow, usual.low), edge(fast, usual.high)];
}
