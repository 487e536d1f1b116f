/** What rules have to know of nonlinearities. */
import type { Activation } from "../spec.ts";

/** Whether it is flat on either side: only there more than a few flat activations are no design. */
export function hasTwoEnds(nonlinearity: Activation): boolean {
  return nonlinearity === "tanh" || nonlinearity === "sigmoid";
}

/** Says what the activations of a unit are that is flat for every example. */
export function flatText(nonlinearity: Activation): string {
  if (nonlinearity === "relu") return "0";
  if (nonlinearity === "none") return "flat";
  return hasTwoEnds(nonlinearity) ? "saturated" : `in the flat part of ${nonlinearity}`;
}

/** Gains of `torch.nn.init.calculate_gain`, and for those that it does not know that of relu, which they resemble. */
const USUAL_GAINS: Readonly<Record<Activation, string>> = {
  none: "1",
  sigmoid: "1",
  tanh: "5/3",
  relu: "sqrt(2)",
  leaky_relu: "sqrt(2)",
  gelu: "sqrt(2)",
  gelu_tanh: "sqrt(2)",
  silu: "sqrt(2)",
  elu: "sqrt(2)",
  softplus: "sqrt(2)",
};

/** Says which gain is usual before a nonlinearity; empty where it goes without saying. */
export function usualGain(nonlinearity: Activation): string {
  if (nonlinearity === "tanh" || nonlinearity === "none") return "";
  return ` (${USUAL_GAINS[nonlinearity]} is usual for ${nonlinearity})`;
}
