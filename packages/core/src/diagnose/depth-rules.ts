/** What changes from layer to layer: activations forwards, gradients backwards, and how fast the output learns. */

import { median } from "../median.ts";
import {
  type DiagnosedProbe,
  gradientToData,
  hiddenLayers,
  type TensorKind,
} from "../probe/probe.ts";
import { grouped, type Observation, observation, type Rule, short } from "./finding.ts";
import { usualGain } from "./nonlinearities.ts";
import type { Subject } from "./subject.ts";

/** What is said of a change beyond a limit. */
type Verdict = {
  readonly rule: Rule;
  readonly limit: number;
  readonly verb: string;
  readonly advice: string;
};

/** Std in the layer `to` over std in the layer `from`: below one limit, or above another. */
type Change = {
  readonly kind: TensorKind;
  /** Of a layer that something else leaves than its activation. */
  readonly leaving: TensorKind;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly less: Verdict;
  readonly more: Verdict;
};

/**
 * `shrinking-activations`, `growing-activations`: std of the last hidden layer's activations over that of the
 * first is below `thresholds.shrinking_activations` or above `thresholds.growing_activations`. With residual blocks it is
 * what leaves them that counts, which grows by design: `growing-stream`, above `thresholds.growing_stream`.
 */
export function activationsThroughDepth(
  probe: DiagnosedProbe,
  { thresholds, activation }: Subject,
): Observation[] {
  const isResidual = hasStream(probe);
  return changeThroughDepth(probe, thresholds.depth_error, {
    kind: "activation",
    leaving: "stream",
    what: isResidual ? "residual streams" : "activations",
    from: 0,
    to: -1,
    less: {
      rule: "shrinking-activations",
      limit: thresholds.shrinking_activations,
      verb: "shrink with depth",
      advice: `raise the gain of the hidden weights${usualGain(activation)}`,
    },
    more: isResidual
      ? {
          rule: "growing-stream",
          limit: thresholds.growing_stream,
          verb: "grow with depth",
          advice:
            "every block adds to it: put a norm in each (model.residual: pre with model.norm, or post), or lower the gain of the hidden weights",
        }
      : {
          rule: "growing-activations",
          limit: thresholds.growing_activations,
          verb: "grow with depth",
          advice: "lower the gain of the hidden weights",
        },
  });
}

/**
 * `vanishing-gradients`, `exploding-gradients`: std of the gradient in the first hidden layer's activations
 * over that in the last is below `thresholds.vanishing_gradients` or above `thresholds.exploding_gradients`; with residual
 * blocks in what leaves them, above `thresholds.growing_stream`.
 */
export function gradientsThroughDepth(
  probe: DiagnosedProbe,
  { thresholds, activation }: Subject,
): Observation[] {
  return changeThroughDepth(probe, thresholds.depth_error, {
    kind: "activation_gradient",
    leaving: "stream_gradient",
    what: "gradients",
    from: -1,
    to: 0,
    less: {
      rule: "vanishing-gradients",
      limit: thresholds.vanishing_gradients,
      verb: "vanish on their way back",
      advice: `the first layers learn slowest, raise the gain of the hidden weights${usualGain(activation)}`,
    },
    more: {
      rule: "exploding-gradients",
      // Backwards a stream grows as it does forwards.
      limit: hasStream(probe) ? thresholds.growing_stream : thresholds.exploding_gradients,
      verb: "explode on their way back",
      advice: "the first layers move most, lower the gain of the hidden weights",
    },
  });
}

function hasStream(probe: DiagnosedProbe): boolean {
  return hiddenLayers(probe).some(({ tensors }) => tensors.stream !== undefined);
}

/** Says of a change beyond a limit what is to be said; one by more than a factor of `most`, either way, is an error. */
export function changeThroughDepth(
  probe: DiagnosedProbe,
  most: number,
  change: Change,
): Observation[] {
  const layers = hiddenLayers(probe);
  const [source, goal] = [layers.at(change.from), layers.at(change.to)];
  if (source === undefined || goal === undefined || layers.length < 2) return [];
  const [start = Number.NaN, end = Number.NaN] = [source, goal].map(
    ({ tensors }) => (tensors[change.leaving] ?? tensors[change.kind])?.std,
  );
  const value = end / start;
  const { less, more } = change;
  if (!(value < less.limit) && !(value > more.limit)) return [];
  const { rule, verb, advice } = value < less.limit ? less : more;
  const level = value > most || value < 1 / most ? "error" : "warning";
  const stds = `std ${short(start)} in ${source.name}, ${short(end)} in ${goal.name}`;
  const message = `${change.what} ${verb} (x ${short(value)}): ${stds} at step ${grouped(probe.step)}; ${advice}`;
  return [observation(rule, { level, step: probe.step, value, message })];
}

/** Before it, every network's output layer is far ahead. */
const SETTLED = 100;

/**
 * `output-learns-faster`: grad:data of the output weight, std of its gradient over its own, is more than
 * `thresholds.output_learns_faster` times the median of the hidden weights'. Not before step 100.
 */
export function outputLearnsFaster(probe: DiagnosedProbe, subject: Subject): Observation[] {
  const output = probe.layers.find(({ kind }) => kind === "output");
  const hidden = hiddenLayers(probe);
  if (output === undefined || hidden.length === 0 || probe.step < SETTLED) return [];
  const ours = gradientToData(output);
  const theirs = median(Float32Array.from(hidden, gradientToData));
  const value = ours / theirs;
  if (!(value > subject.thresholds.output_learns_faster)) return [];
  const { name: layer } = output;
  const param = subject.output?.name ?? null;
  const message = `output learns faster (x ${short(value)}): grad:data of ${param ?? layer} ${short(ours)}, of the hidden weights ${short(theirs)} at step ${grouped(probe.step)}; the others hardly learn`;
  return [observation("output-learns-faster", { layer, param, step: probe.step, value, message })];
}
