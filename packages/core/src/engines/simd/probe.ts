import type { Stage } from "../../model/network-plan.ts";
import {
  layerPass,
  type NetworkPass,
  type ParameterPass,
  type UnitMoments,
  withPenalties,
} from "../../probe/network-pass.ts";
import { type Layer, type Matrix, readRows, viewRows } from "./layout.ts";
import { backward, crossEntropy, forward, type Network } from "./network.ts";

/** Sends the examples that are in memory forward and back; what that leaves is seen, not copied, where it can be. */
export function probeNetwork(network: Network, rows: number, lambdas: Float64Array): NetworkPass {
  const { floats } = network;
  const { layers, slots } = network.layout;
  const gradients = new Map(layers.map((layer) => [layer, new Map<Stage, Float32Array>()]));
  forward(network, rows, "batch");
  const loss = crossEntropy(network, rows) / rows;
  backward(network, rows, {
    stage: (layer, stage) => {
      gradients.get(layer)?.set(stage, readRows(floats, layer.gradient, rows));
    },
  });
  const parameters = slots.map(({ parameter, value, gradient }): ParameterPass => {
    const values = viewRows(floats, value, value.rows);
    return { ...parameter, values, gradient: viewRows(floats, gradient, gradient.rows) };
  });
  const passes = layers.map((layer) => {
    const { linear, normed, output } = layer;
    const matrices = { linear, preactivation: normed, activation: output, stream: output };
    return layerPass(layer.shape.planned, normPass(network, layer), (stage) => ({
      values: viewRows(floats, matrices[stage], rows),
      gradient: gradients.get(layer)?.get(stage) ?? new Float32Array(),
    }));
  });
  return withPenalties({ examples: rows, loss, layers: passes, parameters }, lambdas);
}

function normPass(network: Network, { norm }: Layer): NetworkPass["layers"][number]["norm"] {
  if (norm === null) return null;
  return {
    batch: momentsOf(network, norm.mean, norm.spread),
    running: momentsOf(network, norm.runningMean, norm.runningSpread),
  };
}

/** A copy of moments in memory; the spread is the std or variance that the convention keeps. */
export function momentsOf(
  { floats, convention }: Network,
  mean: Matrix,
  spread: Matrix,
): UnitMoments {
  const spreads = readRows(floats, spread, 1);
  const std = convention.keepsVariance === 1 ? spreads.map(Math.sqrt) : spreads;
  return { mean: readRows(floats, mean, 1), std };
}
