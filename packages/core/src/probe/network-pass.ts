import type { PlannedLayer, Stage } from "../model/network-plan.ts";
import type { Activation, LayerKind, Parameter } from "../spec.ts";

/** A tensor together with the gradient of the mean loss in it, row-major. */
export type Pass = { readonly values: Float32Array; readonly gradient: Float32Array };

/** Mean and std of every unit of a layer, float32; the std is the unbiased estimate. */
export type UnitMoments = { readonly mean: Float32Array; readonly std: Float32Array };

/** What one layer did with B examples, `[B * positions, units]` each; equal where nothing lies between them. */
export type LayerPass = {
  readonly name: string;
  readonly kind: LayerKind;
  readonly units: number;
  /** Rows of each example. */
  readonly positions: number;
  /** What comes after the preactivation; `none` in the output layer. */
  readonly nonlinearity: Activation;
  /** x W + b: what leaves the weights. */
  readonly linear: Pass;
  /** What enters the nonlinearity: after a norm, where there is one. */
  readonly preactivation: Pass;
  /** What leaves the nonlinearity; the logits in the output layer. */
  readonly activation: Pass;
  /** What leaves the layer, where it is something else: after a residual block's addition, or a norm behind it. */
  readonly stream: Pass | null;
  /** Moments of its batch norm (its first): those of these examples, and the running ones. */
  readonly norm: { readonly batch: UnitMoments; readonly running: UnitMoments } | null;
};

/** Puts the pass of a model's layer together from those of its stages. */
export function layerPass(
  { name, kind, units, positions, nonlinearity, stages }: PlannedLayer,
  norm: LayerPass["norm"],
  passAt: (stage: Stage) => Pass,
): LayerPass {
  return {
    ...{ name, kind, units, positions, nonlinearity, norm },
    linear: passAt("linear"),
    preactivation: passAt("preactivation"),
    activation: passAt("activation"),
    stream: stages.has("stream") ? passAt("stream") : null,
  };
}

/** A parameter and its gradient, that of its l2 term included. */
export type ParameterPass = Parameter & Pass;

/**
 * One forward and backward pass of B examples, as a training step would make it: batch norm normalises
 * with their own moments.
 */
export type NetworkPass = {
  readonly examples: number;
  /** Mean cross-entropy and l2 terms, in nats. */
  readonly loss: number;
  readonly layers: readonly LayerPass[];
  readonly parameters: readonly ParameterPass[];
};

/**
 * Adds the l2 terms, `lambda mean(p^2)` of each parameter, to the loss and to the gradients.
 *
 * @param lambdas - in the order of the parameters
 */
export function withPenalties(pass: NetworkPass, lambdas: Float64Array): NetworkPass {
  let { loss } = pass;
  const parameters = pass.parameters.map((parameter, p): ParameterPass => {
    const lambda = lambdas[p] ?? 0;
    if (lambda === 0) return parameter;
    const { values, size } = parameter;
    loss += (lambda * values.reduce((sum, value) => sum + value * value, 0)) / size;
    const gradient = parameter.gradient.map(
      (slope, i) => slope + (2 * lambda * (values[i] ?? 0)) / size,
    );
    return { ...parameter, gradient };
  });
  return { ...pass, loss, parameters };
}
