import type { LayerProbe, Probe, TensorKind, TensorProbe } from "../src/index.ts";

type Tensors = LayerProbe["tensors"];

/** A probe of one layer, two units wide, changed as asked. */
export function probeOf(
  changes: Partial<Probe> = {},
  layer: Partial<Omit<LayerProbe, "tensors">> & { readonly tensors?: readonly Tensors[] } = {},
): Probe {
  return {
    step: 0,
    examples: 3,
    loss: 3.25,
    layers: [
      {
        ...({ name: "hidden1", kind: "hidden", units: 2 } as const),
        ...{ saturation: null, norm: null },
        ...layer,
        tensors: Object.assign({}, ...(layer.tensors ?? [])),
      },
    ],
    logits: {
      examples: 2,
      tokens: 2,
      logits: new Float32Array(4),
      probabilities: new Float32Array(4),
    },
    ...changes,
  };
}

/** One kind of numbers of a layer. */
export function tensorOf(kind: TensorKind, rest: Partial<TensorProbe> = {}): Tensors {
  return { [kind]: { mean: 0.1, std: 2, min: -3, max: 4, histogram: null, ...rest } };
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
