/**
 * What a recorder says of a model beside its parameters. It is kept with the run as a part of its provenance, where `show`
 * prints it and rules find it again.
 */
import type { Provenance } from "../writing/record.ts";

export type ModelFacts = {
  /** How update:data ratios are measured: by root mean squares or standard deviations; null: there are none. */
  readonly ratios: "rms" | "std" | null;
  /** Ratios are of each so many steps. */
  readonly every: number;
  /** Names of the parameters that nothing updates. */
  readonly untrained: readonly string[];
  /** Nonlinearities by the name of their layer, as probes say them: `tanh`, `relu`. */
  readonly nonlinearities: ReadonlyMap<string, string>;
};

/** Writes facts as a part of a provenance; those that are not given are left as they are. */
export function provenanceOf({
  ratios,
  every,
  untrained,
  nonlinearities,
}: Partial<ModelFacts>): Provenance {
  return {
    ...(ratios !== undefined && { ratios }),
    ...(every !== undefined && { ratios_every: every }),
    ...(untrained !== undefined && { untrained: untrained.join(BETWEEN) || null }),
    ...(nonlinearities !== undefined && {
      nonlinearities: [...nonlinearities].map((pair) => pair.join(OF)).join(BETWEEN) || null,
    }),
  };
}

/** Reads the facts that a provenance has. */
export function modelFactsOf(provenance: Provenance): ModelFacts {
  const { ratios, ratios_every: every, untrained, nonlinearities } = provenance;
  return {
    ratios: ratios === "rms" || ratios === "std" ? ratios : null,
    every: typeof every === "number" ? every : 1,
    untrained: wordsOf(untrained),
    nonlinearities: new Map(
      wordsOf(nonlinearities).map((word) => {
        const at = word.lastIndexOf(OF);
        return [word.slice(0, at), word.slice(at + OF.length)];
      }),
    ),
  };
}

/** Between the items of a list, and between a layer and its nonlinearity. */
const BETWEEN = ", ";
const OF = ": ";

function wordsOf(value: Provenance[string] | undefined): readonly string[] {
  return typeof value === "string" && value !== "" ? value.split(BETWEEN) : [];
}
