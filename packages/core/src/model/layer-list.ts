/** What a model's list of layers has in it, without sizes. */
import type { Activation, BatchNormSpec, LayerSpec, ModelSpec } from "../spec.ts";

type Listed = Pick<ModelSpec, "layers">;

/** Every entry in forward order, those of a residual block in place of it. */
export function allLayers({ layers }: Listed): LayerSpec[] {
  return layers.flatMap((layer) => (layer.kind === "residual" ? allLayers(layer) : [layer]));
}

/** The first batch norm; null where there is none. */
export function firstBatchNorm(model: Listed): BatchNormSpec | null {
  const found = allLayers(model).find((one) => one.kind === "norm" && one.norm === "batch");
  return found?.kind === "norm" && found.norm === "batch" ? found : null;
}

/** Whether a model evaluates otherwise than it trains because of batch norm. */
export function hasBatchNorm(model: Listed): boolean {
  return firstBatchNorm(model) !== null;
}

/** The first nonlinearity; `none` where there is none. */
export function firstActivation(model: Listed): Activation {
  const found = allLayers(model).find((one) => one.kind === "activation");
  return found?.kind === "activation" ? found.activation : "none";
}

/** The widths of all linear layers but the output layer. */
export function hiddenWidths(model: Listed): number[] {
  return allLayers(model).flatMap((one) =>
    one.kind === "linear" && one.width !== "output" ? [one.width] : [],
  );
}
