/** Looks inside networks that were never trained: numbers of known spread, the same every time. */
import type { Finding, Histogram, LayerKind, Probe, TensorProbe } from "@ablate/store";
import { randomFrom } from "./random.ts";

type Layer = Probe["layers"][number];
type Scale = Histogram["scale"];

const ACTIVATION: Scale = { mantissaBits: 3, smallest: -2, largest: 6 };
const GRADIENT: Scale = { mantissaBits: 1, smallest: -30, largest: 6 };
const WEIGHT: Scale = { mantissaBits: 2, smallest: -7, largest: 4 };
const EXAMPLES = 32;

export type ProbePlan = {
  readonly step: number;
  readonly units?: number;
  /** How many hidden layers. */
  readonly depth?: number;
  /** Std of what enters the nonlinearities. */
  readonly gain?: number;
  /** Units of the first hidden layer that are flat for every example. */
  readonly dead?: readonly number[];
  readonly isNormed?: boolean;
};

/** A probe of `depth` hidden layers; gradients shrink to a half from each to the one before it. */
export function makeProbe({
  step,
  units = 50,
  depth = 2,
  gain = 1,
  dead = [],
  isNormed = false,
}: ProbePlan): Probe {
  const normal = normals(step + 1);
  const layer = (kind: LayerKind, at: number): Layer => {
    const before = Float32Array.from({ length: EXAMPLES * units }, () => gain * normal());
    const after = before.map((value, i) =>
      at === 0 && dead.includes(i % units) ? 1 : Math.tanh(value),
    );
    const gradient = before.map(() => 0.01 * 0.5 ** (depth - at) * normal());
    const weights = Float32Array.from({ length: 30 * units }, () => (gain * normal()) / 5);
    return {
      name: kind === "hidden" ? `hidden${at + 1}` : kind,
      kind,
      units,
      tensors: {
        ...(kind === "embedding"
          ? {}
          : {
              preactivation: tensor(before, ACTIVATION),
              activation: tensor(after, ACTIVATION),
              activation_gradient: tensor(gradient, GRADIENT),
            }),
        weight: tensor(weights, WEIGHT),
        weight_gradient: tensor(gradient, GRADIENT),
      },
      saturation: saturationOf(after, units),
      norm: isNormed ? normOf(units, normal) : null,
    };
  };
  const hidden = Array.from({ length: depth }, (_, i) => layer("hidden", i));
  const [embedding, output] = [layer("embedding", depth), layer("output", depth)];
  return {
    step,
    examples: EXAMPLES,
    loss: 3.3 - step / 1000,
    layers: [
      { ...embedding, saturation: null, norm: null },
      ...hidden,
      { ...output, saturation: null, norm: null },
    ],
    logits: {
      examples: 2,
      tokens: 2,
      logits: new Float32Array(4),
      probabilities: new Float32Array(4),
    },
  };
}

/** A probe at each of these steps. */
export function makeProbes(steps: readonly number[], plan: Omit<ProbePlan, "step"> = {}): Probe[] {
  return steps.map((step) => makeProbe({ ...plan, step }));
}

export function makeFinding(change: Partial<Finding> = {}): Finding {
  return {
    level: "warning",
    rule: "saturated",
    layer: "hidden1",
    param: null,
    step: 0,
    value: 0.31,
    message: "31 % of hidden1 are saturated at init: lower the gain of its weights",
    until: null,
    ...change,
  };
}

function normals(seed: number): () => number {
  const { between } = randomFrom(seed);
  return () => {
    let sum = -2;
    for (let i = 0; i < 4; i++) sum += between(0, 1_000_000) / 1_000_000;
    return sum * Math.sqrt(3);
  };
}

function tensor(values: Float32Array, scale: Scale): TensorProbe {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = Math.sqrt(squares / (values.length - 1));
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { mean, std, min, max, histogram: { scale, counts: countsOf(values, scale) } };
}

function countsOf(values: Float32Array, { mantissaBits, smallest, largest }: Scale): Uint32Array {
  const perOctave = 2 ** mantissaBits;
  const bins = (largest - smallest + 1) * perOctave;
  const counts = new Uint32Array(2 * bins + 2);
  for (const value of values) {
    const size = Math.abs(value);
    const octave = Math.max(0, Math.ceil(Math.log2(size)) - smallest);
    const low = octave === 0 ? 0 : 2 ** (octave + smallest - 1);
    const width = octave === 0 ? 2 ** smallest : low;
    const place = octave * perOctave + Math.ceil(((size - low) / width) * perOctave) - 1;
    const at = Math.min(bins, Math.max(0, place));
    const bin = value < 0 ? bins - at : bins + 1 + at;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function saturationOf(values: Float32Array, units: number): Layer["saturation"] {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  const flat = new Uint32Array(units);
  for (const [i, value] of values.entries()) {
    if (Math.abs(value) <= 0.97) continue;
    bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i & 7));
    flat[i % units] = (flat[i % units] ?? 0) + 1;
  }
  const share = flat.reduce((a, b) => a + b, 0) / values.length;
  const dead = Int32Array.from([...flat.keys()].filter((unit) => flat[unit] === EXAMPLES));
  return { examples: EXAMPLES, units, share, dead, bits };
}

function normOf(units: number, normal: () => number): Layer["norm"] {
  const some = (centre: number) => Float32Array.from({ length: units }, () => centre + normal());
  const batch = { mean: some(0), std: some(4) };
  const running = { mean: batch.mean.map((one) => one / 2), std: batch.std.map((one) => one + 1) };
  return { batch, running, trainset: null, gamma: some(1), beta: some(0) };
}
