/** Reads what probes saw of layers. */
import {
  type ComparedRun,
  type Moments,
  momentsOf,
  type Probe,
  type StoreReader,
} from "@ablate/store";

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

/** Reads the first and the last probe of each run that has some. */
export function readProbes(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): { readonly probes: ProbePair | null; readonly saturation: readonly Saturation[] } {
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
