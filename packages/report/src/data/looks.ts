import { type ComparedRun, momentsOf, type Probe, type StoreReader } from "@ablate/store";
import type { Looks, Saturation } from "./group.ts";

type Pair = { readonly run: string; readonly first: Probe; readonly last: Probe };

/** The first and the last look inside each run that has some. */
export function looksInside(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): { readonly looks: Looks | null; readonly saturation: readonly Saturation[] } {
  const pairs = runs.flatMap(({ name: run }): readonly Pair[] => {
    const steps = reader.probeSteps(run);
    const first = reader.probe(run, steps[0] ?? -1);
    const last = reader.probe(run, steps.at(-1) ?? -1);
    return first === undefined || last === undefined ? [] : [{ run, first, last }];
  });
  const [looks] = pairs;
  if (looks === undefined) return { looks: null, saturation: [] };
  const names = looks.first.layers
    .filter(({ saturation }) => saturation !== null)
    .map(({ name }) => name);
  return { looks, saturation: names.map((layer) => saturationOf(layer, pairs)) };
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
