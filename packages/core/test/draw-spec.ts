/** Whole runs drawn at random: any list of layers, trained in any way. */
import type {
  BatchesSpec,
  ClipSpec,
  GroupSpec,
  OptimizerSpec,
  RunSpec,
  Schedule,
  TrainSpec,
} from "../src/spec.ts";
import { type Draw, drawModel } from "./lists.ts";
import { kaiming, makeSpec, normal } from "./make.ts";

/** @param steps - how many the run has */
export function drawSpec(draw: Draw, steps: number): RunSpec {
  const model = drawModel(draw);
  const optimizer = drawOptimizer(draw);
  const train: Partial<TrainSpec> = {
    ...{
      steps,
      optimizer,
      batchSize: 3 + draw(30),
      lr: drawSchedule(draw, rateOf(optimizer), steps),
    },
    ...(draw(3) === 0 ? { l2: 0.01 } : {}),
    ...(draw(2) === 0 ? { clip: oneOf(draw, CLIPS) } : {}),
    ...(draw(2) === 0 ? { groups: oneOf(draw, GROUPS) } : {}),
    ...(draw(2) === 0 ? { batches: oneOf(draw, BATCHES) } : {}),
    ...(draw(3) === 0 ? { labelSmoothing: 0.1 } : {}),
  };
  const seed = draw(2 ** 31);
  const layer = { weight: kaiming(1), bias: normal(0.2), gamma: gains, beta: normal(0.2) };
  return { ...makeSpec({ init: { hidden: layer, output: layer }, train, seed }), model };
}

const gains = { scheme: "uniform", low: 0.5, high: 1.5, scale: 1 } as const;

const OPTIMIZERS: readonly OptimizerSpec[] = [
  { name: "sgd", momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
  { name: "sgd", momentum: 0.9, dampening: 0.1, nesterov: false, weightDecay: 0.01 },
  { name: "sgd", momentum: 0.8, dampening: 0, nesterov: true, weightDecay: 0 },
  { name: "adam", betas: [0.9, 0.999], eps: 1e-4, weightDecay: 0.01 },
  { name: "adamw", betas: [0.9, 0.99], eps: 1e-4, weightDecay: 0.1 },
  ...([false, true] as const).map((centered): OptimizerSpec => {
    const momentum = centered ? 0 : 0.5;
    return { name: "rmsprop", alpha: 0.95, eps: 1e-3, weightDecay: 0.01, momentum, centered };
  }),
  { name: "adagrad", lrDecay: 0.01, weightDecay: 0.01, initialAccumulatorValue: 0.1, eps: 1e-6 },
  { name: "lion", betas: [0.9, 0.99], weightDecay: 0.1 },
];

function drawOptimizer(draw: Draw): OptimizerSpec {
  return oneOf(draw, OPTIMIZERS);
}

/** A rate that each optimiser learns at. */
function rateOf({ name }: OptimizerSpec): number {
  if (name === "lion") return 1e-3;
  return name === "sgd" || name === "adagrad" ? 0.05 : 5e-3;
}

function drawSchedule(draw: Draw, rate: number, steps: number): Schedule {
  const then = oneOf(draw, ["constant", "linear", "cosine", "exponential", "one_cycle"] as const);
  const curve = { rate, warmup: draw(8), from: rate / 10, then, steps, to: rate / 20 };
  const map = [
    { step: 0, rate },
    { step: steps >> 1, rate: 0 },
    { step: steps - 5, rate },
  ];
  return draw(2) === 0 ? curve : map;
}

const CLIPS: readonly ClipSpec[] = [
  { by: "norm", most: 0.5 },
  { by: "norm", most: 100 },
  { by: "value", most: 0.02 },
];

const GROUPS: readonly (readonly GroupSpec[])[] = [
  [{ match: "role:bias", weightDecay: 0 }],
  [
    { match: "*.weight", lr: 0.01, weightDecay: 0.2 },
    { match: "role:gain", lr: 0.001 },
  ],
  [
    { match: "embedding", lr: [{ step: 0, rate: 0.01 }] },
    { match: "*", weightDecay: 0 },
  ],
];

const BATCHES: readonly BatchesSpec[] = [
  { from: "sample" },
  { from: "epochs", last: "keep" },
  { from: "epochs", last: "drop" },
];

function oneOf<T>(draw: Draw, all: readonly [T, ...T[]] | readonly T[]): T {
  const found = all[draw(all.length)];
  if (found === undefined) throw new RangeError("nothing to draw from");
  return found;
}
