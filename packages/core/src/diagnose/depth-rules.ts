/** What changes from the first hidden layer to the last: activations forwards, gradients backwards. */
import { type DiagnosedProbe, hiddenLayers, type TensorKind } from "../probe/probe.ts";
import { type Rule, type Sign, sign } from "./finding.ts";
import { grouped, short } from "./number-text.ts";
import type { Subject } from "./subject.ts";

type Change = {
  readonly kind: TensorKind;
  readonly what: string;
  /** Std at its goal over std at its source; `from` and `to` are the layers. */
  readonly from: number;
  readonly to: number;
  readonly less: {
    readonly rule: Rule;
    readonly below: number;
    readonly verb: string;
    readonly advice: string;
  };
  readonly more: {
    readonly rule: Rule;
    readonly above: number;
    readonly verb: string;
    readonly advice: string;
  };
};

/**
 * `shrinking-activations`, `growing-activations`: std of the last hidden layer's activations over that of the
 * first is below `thresholds.shrinking_activations` or above `thresholds.growing_activations`.
 */
export function activationsThroughDepth(probe: DiagnosedProbe, { thresholds }: Subject): Sign[] {
  return changeOf(probe, thresholds.depth_error, {
    kind: "activation",
    what: "activations",
    from: 0,
    to: -1,
    less: {
      rule: "shrinking-activations",
      below: thresholds.shrinking_activations,
      verb: "shrink with depth",
      advice: "raise the gain of the hidden weights",
    },
    more: {
      rule: "growing-activations",
      above: thresholds.growing_activations,
      verb: "grow with depth",
      advice: "lower the gain of the hidden weights",
    },
  });
}

/**
 * `vanishing-gradients`, `exploding-gradients`: std of the gradient in the first hidden layer's activations
 * over that in the last is below `thresholds.vanishing_gradients` or above `thresholds.exploding_gradients`.
 */
export function gradientsThroughDepth(probe: DiagnosedProbe, { thresholds }: Subject): Sign[] {
  return changeOf(probe, thresholds.depth_error, {
    kind: "activation_gradient",
    what: "gradients",
    from: -1,
    to: 0,
    less: {
      rule: "vanishing-gradients",
      below: thresholds.vanishing_gradients,
      verb: "vanish on their way back",
      advice: "the first layers learn slowest, raise the gain of the hidden weights",
    },
    more: {
      rule: "exploding-gradients",
      above: thresholds.exploding_gradients,
      verb: "explode on their way back",
      advice: "the first layers move most, lower the gain of the hidden weights",
    },
  });
}

function changeOf(probe: DiagnosedProbe, most: number, change: Change): Sign[] {
  const layers = hiddenLayers(probe);
  const [source, goal] = [layers.at(change.from), layers.at(change.to)];
  if (source === undefined || goal === undefined || layers.length < 2) return [];
  const [start, end] = [
    source.tensors[change.kind]?.std ?? Number.NaN,
    goal.tensors[change.kind]?.std ?? Number.NaN,
  ];
  const factor = end / start;
  const found =
    factor < change.less.below ? change.less : factor > change.more.above ? change.more : null;
  if (found === null) return [];
  const level = factor > most || factor < 1 / most ? "error" : "warning";
  const stds = `std ${short(start)} in ${source.name}, ${short(end)} in ${goal.name}`;
  const message = `${change.what} ${found.verb} (x ${short(factor)}): ${stds} at step ${grouped(probe.step)}; ${found.advice}`;
  return [sign(found.rule, { level, step: probe.step, value: factor, message })];
}
