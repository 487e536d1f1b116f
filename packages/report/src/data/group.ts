/** What a report knows of runs that differ in the seed alone. */
import {
  type ComparedRun,
  type ComparisonRow,
  type Finding,
  type Moments,
  momentsOf,
  type Probe,
  type StoreReader,
  withoutSeed,
} from "@ablate/store";
import type { ColumnValue } from "./columns.ts";

/** How a group begins. */
export type FirstSteps = {
  /** Loss before the first update. */
  readonly initial: Moments;
  /** Mean loss of the first steps: as many as `FIRST_STEPS` or the shortest run has. */
  readonly early: Moments;
  readonly earlySteps: number;
  /** The first step from which the mean of 16 is below what guessing costs; of the runs that get there. */
  readonly below: Moments;
};

/** Loss over time. */
export type Curves = {
  readonly loss: readonly ColumnValue[];
  readonly lossByLog: readonly ColumnValue[];
  /** log10 of the update:data ratio, by parameter. */
  readonly ratios: ReadonlyMap<string, readonly ColumnValue[]>;
};

/** The first and the last probe of the first run that has some. */
export type ProbePair = {
  readonly run: string;
  readonly first: Probe;
  readonly last: Probe;
};

/** How one layer's nonlinearity is used, over the runs of a group. */
export type Saturation = {
  readonly layer: string;
  readonly first: Moments;
  readonly last: Moments;
  /** Units that are flat for every example, at the end. */
  readonly dead: Moments;
};

/** What the same rule says of the same place in some of the runs. */
export type GroupFinding = {
  readonly level: Finding["level"];
  readonly rule: string;
  readonly layer: string | null;
  readonly param: string | null;
  /** One for each of those runs. */
  readonly findings: readonly Finding[];
};

export type Group = {
  readonly name: string;
  /** Which colour it has in charts; null where it is in the tables only. */
  readonly place: number | null;
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
  readonly row: ComparisonRow;
  readonly firstSteps: FirstSteps;
  /** Null where nothing is drawn of it. */
  readonly curves: Curves | null;
  readonly probes: ProbePair | null;
  readonly saturation: readonly Saturation[];
  readonly findings: readonly GroupFinding[];
  /** How many of the runs were judged by the rules. */
  readonly judged: number;
};

/** A group that charts show. */
export type Shown = Group & { readonly place: number };

export function isShown(group: Group): group is Shown {
  return group.place !== null;
}

/** Names groups by their labels without the seed, or by names of runs where labels are the same. */
export function groupNames(groups: readonly (readonly ComparedRun[])[]): readonly string[] {
  const firsts = groups.map(([first]) => first);
  const labels = firsts.map(
    (run) => withoutSeed(run?.label ?? run?.name ?? "") || (run?.grid ?? ""),
  );
  if (new Set(labels).size === labels.length) return labels;
  return firsts.map((run) => withoutSeed(run?.name ?? ""));
}

type Pair = { readonly run: string; readonly first: Probe; readonly last: Probe };

/** Reads the first and the last probe of each run that has some. */
export function readProbes(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): { readonly probes: ProbePair | null; readonly saturation: readonly Saturation[] } {
  const pairs = runs.flatMap(({ name: run }): readonly Pair[] => {
    const steps = reader.probeSteps(run);
    const first = reader.probe(run, steps[0] ?? -1);
    const last = reader.probe(run, steps.at(-1) ?? -1);
    return first === undefined || last === undefined ? [] : [{ run, first, last }];
  });
  const [probes] = pairs;
  if (probes === undefined) return { probes: null, saturation: [] };
  const names = probes.first.layers
    .filter(({ saturation }) => saturation !== null)
    .map(({ name }) => name);
  return { probes, saturation: names.map((layer) => saturationOf(layer, pairs)) };
}

function saturationOf(layer: string, pairs: readonly Pair[]): Saturation {
  const of = ({ layers }: Probe) => layers.find(({ name }) => name === layer)?.saturation;
  return {
    layer,
    first: momentsOf(pairs.map(({ first }) => of(first)?.share ?? null)),
    last: momentsOf(pairs.map(({ last }) => of(last)?.share ?? null)),
    dead: momentsOf(pairs.map(({ last }) => of(last)?.dead.length ?? null)),
  };
}

const FIRST_STEPS = 100;

/** Reads how runs begin, compared with the loss of `guessing`, null where it is not known. */
export function firstStepsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  guessing: number | null,
): FirstSteps {
  const earlySteps = Math.min(
    FIRST_STEPS,
    ...runs.map(({ lastStep }) => (lastStep ?? -1) + 1).filter((steps) => steps > 0),
  );
  return {
    initial: momentsOf(runs.map(({ name: run }) => reader.lossAt(run, 0)?.loss ?? null)),
    early: momentsOf(runs.map(({ name: run }) => earlyLoss(reader, run, earlySteps))),
    earlySteps,
    below: momentsOf(
      guessing === null ? [] : runs.map(({ name: run }) => firstBelow(reader, run, guessing)),
    ),
  };
}

function earlyLoss(reader: StoreReader, run: string, steps: number): number | null {
  const points = reader.curve(run, "loss", 1, { from: 0, to: steps - 1 });
  return momentsOf(points.map(({ mean }) => mean)).mean;
}

function firstBelow(reader: StoreReader, run: string, limit: number): number | null {
  const points = reader.curve(run, "loss", 16);
  return points.find(({ mean }) => mean !== null && mean < limit)?.step ?? null;
}
