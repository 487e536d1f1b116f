import type { Probe } from "../src/index.ts";
import type { Histogram, ProbedLayer, ProbedTensor } from "../src/probe/probe.ts";

/** A probe of one layer, two units wide, changed as asked. */
export function probeOf(changes: Partial<Probe> = {}, layer: Partial<ProbedLayer> = {}): Probe {
  return {
    step: 0,
    examples: 3,
    loss: 3.25,
    layers: [
      {
        ...({ name: "hidden1", kind: "hidden", units: 2 } as const),
        ...{ tensors: [], saturation: null, norm: null },
        ...layer,
      },
    ],
    logits: { tokens: 2, logits: new Float32Array(4), probabilities: new Float32Array(4) },
    ...changes,
  };
}

export function tensorOf(kind: string, histogram: Histogram | null = null): ProbedTensor {
  return { kind, statistics: { mean: 0.1, std: 2, min: -3, max: 4 }, histogram };
}

/** Numbers that look random, below `bound`. */
export function someNumbers(count: number, bound: number): number[] {
  let state = 2463534242;
  return Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  });
}
