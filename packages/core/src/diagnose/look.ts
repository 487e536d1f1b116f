import type { Probe, TensorKind } from "../probe/probe.ts";

type UnitMoments = { readonly mean: ArrayLike<number>; readonly std: ArrayLike<number> };

export type LookLayer = {
  readonly name: string;
  readonly units: number;
  /** Standard deviations by kind of tensor. */
  readonly std: Readonly<Partial<Record<TensorKind, number>>>;
  /** Null where there is no nonlinearity. */
  readonly saturation: { readonly share: number; readonly dead: readonly number[] } | null;
  readonly norm: {
    readonly batch: UnitMoments;
    readonly running: UnitMoments;
    readonly trainset: UnitMoments | null;
  } | null;
};

/** As much of a probe as the rules ask for; a store can give it back. */
export type Look = {
  readonly step: number;
  /** Of the probe's examples, l2 terms included. */
  readonly loss: number;
  /** In the order of the model. */
  readonly layers: readonly LookLayer[];
};

export function lookOf({ step, loss, layers }: Probe): Look {
  return {
    step,
    loss,
    layers: layers.map(({ name, units, tensors, saturation, norm }) => ({
      name,
      units,
      std: Object.fromEntries(tensors.map(({ kind, statistics }) => [kind, statistics.std])),
      saturation: saturation && { share: saturation.share, dead: [...saturation.dead] },
      norm: norm && {
        batch: asKept(norm.batch),
        running: asKept(norm.running),
        trainset: norm.trainset && asKept(norm.trainset),
      },
    })),
  };
}

/** The hidden layers of a look, from the input on. */
export function hiddenLayers({ layers }: Look): readonly LookLayer[] {
  return layers.filter(({ name }) => name.startsWith("hidden"));
}

/** Grad:data of a layer's weight: std of its gradient over its own; NaN where it has none. */
export function gradientToData({ std }: LookLayer): number {
  return (std.weight_gradient ?? Number.NaN) / (std.weight ?? Number.NaN);
}

function asKept({
  mean,
  std,
}: {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}): UnitMoments {
  return { mean: toTwentyBits(mean), std: toTwentyBits(std) };
}

/** The first 20 bits of each number, rounded: what a store keeps, so that it can tell the same findings. */
function toTwentyBits(values: Float32Array): Float32Array {
  const kept = values.slice();
  const words = new Uint32Array(kept.buffer);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    if ((word & 0x7fffffff) <= 0x7f800000) words[i] = (word + 0x800) & 0xfffff000;
  }
  return kept;
}
