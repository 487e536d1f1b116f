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
export type GroupFinding = Pick<Finding, "level" | "rule" | "layer" | "param"> & {
  /** One for each of those runs. */
  readonly findings: readonly Finding[];
  /** The first and the last step since which it holds. */
  readonly since: readonly [number, number];
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

/** Reads the first and the last probe of each run that has some. */
export function readProbes(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): Pick<Group, "probes" | "saturation"> {
  const pairs = runs.flatMap(({ name: run }): readonly ProbePair[] => {
    const steps = reader.probeSteps(run);
    const first = reader.probe(run, steps[0] ?? -1);
    const last = reader.probe(run, steps.at(-1) ?? -1);
    return first === undefined || last === undefined ? [] : [{ run, first, last }];
  });
  const [probes = null] = pairs;
  const layers = probes?.first.layers.filter(({ saturation }) => saturation !== null) ?? [];
  return { probes, saturation: layers.map(({ name }) => saturationOf(name, pairs)) };
}

function saturationOf(layer: string, pairs: readonly ProbePair[]): Saturation {
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
  const lengths = runs.map(({ lastStep }) => (lastStep ?? -1) + 1).filter((steps) => steps > 0);
  const earlySteps = Math.min(FIRST_STEPS, ...lengths);
  const over = (value: (run: string) => number | null): Moments =>
    momentsOf(runs.map(({ name }) => value(name)));
  return {
    initial: over((run) => reader.lossAt(run, 0)?.loss ?? null),
    early: over((run) => {
      const points = reader.curve(run, "loss", 1, { from: 0, to: earlySteps - 1 });
      return momentsOf(points.map(({ mean }) => mean)).mean;
    }),
    earlySteps,
    below: over((run) => {
      if (guessing === null) return null;
      const points = reader.curve(run, "loss", 16);
      return points.find(({ mean }) => mean !== null && mean < guessing)?.step ?? null;
    }),
  };
}

const SERIOUSNESS: Readonly<Record<Finding["level"], number>> = { error: 2, warning: 1, info: 0 };

/** Groups the findings of runs by rule and place, the most serious first, then by step. */
export function findingsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): readonly GroupFinding[] {
  const all = runs.flatMap(({ name }) => reader.findings(name));
  const places = Map.groupBy(all, ({ rule, layer, param }) => JSON.stringify([rule, layer, param]));
  const found = [...places.values()].flatMap((findings): readonly GroupFinding[] => {
    const [worst] = findings.toSorted((a, b) => SERIOUSNESS[b.level] - SERIOUSNESS[a.level]);
    if (worst === undefined) return [];
    const { level, rule, layer, param } = worst;
    const steps = findings.map(({ step }) => step);
    return [
      { level, rule, layer, param, findings, since: [Math.min(...steps), Math.max(...steps)] },
    ];
  });
  return found.sort(bySeriousness);
}

/** Orders findings: the most serious first, then by step. */
export function bySeriousness(a: GroupFinding, b: GroupFinding): number {
  return SERIOUSNESS[b.level] - SERIOUSNESS[a.level] || a.since[0] - b.since[0];
}
