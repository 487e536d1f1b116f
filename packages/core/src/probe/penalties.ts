import type { NetworkPass, ParameterPass } from "./network-pass.ts";

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
