import {
  type LayerPass,
  type NetworkPass,
  type ParameterPass,
  type UnitMoments,
  withPenalties,
} from "../../probe/network-pass.ts";
import type { Matrix } from "./arena.ts";
import { readRows, viewRows } from "./arena.ts";
import type { Layer, Norm } from "./layers.ts";
import { backward, crossEntropy, forwardByBatch, type Network, type Stage } from "./network.ts";
import type { NormConvention } from "./norm.ts";

type Gradients = ReadonlyMap<Stage, Float32Array>;

/** Sends the examples that are in memory forward and back; what that leaves is seen, not copied, where it can be. */
export function probeNetwork(
  network: Network,
  floats: Float32Array,
  { rows, lambdas }: { readonly rows: number; readonly lambdas: Float64Array },
): NetworkPass {
  const { layers, slots, logitsGradient } = network.layout;
  const gradients = new Map(layers.map((layer) => [layer, new Map<Stage, Float32Array>()]));
  forwardByBatch(network, rows);
  const loss = crossEntropy(network, rows, logitsGradient.at) / rows;
  backward(network, rows, (layer, stage) => {
    gradients.get(layer)?.set(stage, readRows(floats, layer.gradient, rows));
  });
  const parameters = slots.map(({ parameter, value, gradient }): ParameterPass => {
    const values = viewRows(floats, value, value.rows);
    const slopes = viewRows(floats, gradient, gradient.rows);
    return { ...parameter, values, gradient: slopes };
  });
  const layerPasses = layers.map((layer) =>
    layerPass(network, floats, { layer, rows, gradients: gradients.get(layer) ?? new Map() }),
  );
  return withPenalties({ examples: rows, loss, layers: layerPasses, parameters }, lambdas);
}

function layerPass(
  { model, convention }: Network,
  floats: Float32Array,
  {
    layer,
    rows,
    gradients,
  }: { readonly layer: Layer; readonly rows: number; readonly gradients: Gradients },
): LayerPass {
  const { shape, norm, linear, normed, output } = layer;
  const pass = (matrix: Matrix, stage: Stage) => ({
    values: viewRows(floats, matrix, rows),
    gradient: gradients.get(stage) ?? new Float32Array(),
  });
  return {
    name: shape.name,
    kind: shape.kind,
    units: shape.fanOut,
    nonlinearity: shape.kind === "output" ? "none" : model.activation,
    linear: pass(linear, "linear"),
    preactivation: pass(normed, "preactivation"),
    activation: pass(output, "activation"),
    norm: norm === null ? null : normPass(floats, norm, convention),
  };
}

function normPass(
  floats: Float32Array,
  { mean, spread, runningMean, runningSpread }: Norm,
  convention: NormConvention,
): LayerPass["norm"] {
  return {
    batch: momentsOf(floats, { mean, spread }, convention),
    running: momentsOf(floats, { mean: runningMean, spread: runningSpread }, convention),
  };
}

/** A copy of moments in memory; the spread is the std or variance that the convention keeps. */
export function momentsOf(
  floats: Float32Array,
  { mean, spread }: { readonly mean: Matrix; readonly spread: Matrix },
  { keepsVariance }: NormConvention,
): UnitMoments {
  const spreads = readRows(floats, spread, 1);
  return {
    mean: readRows(floats, mean, 1),
    std: keepsVariance === 1 ? spreads.map(Math.sqrt) : spreads,
  };
}
