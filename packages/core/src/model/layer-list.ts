/** What a model's list of layers has in it, without sizes. */
import type { Activation, BatchNormSpec, LayerSpec, ModelSpec } from "../spec.ts";

type Listed = Pick<ModelSpec, "layers">;

/** Lists every entry in forward order, with the entries of a residual block in its place. */
export function allLayers({ layers }: Listed): LayerSpec[] {
  return layers.flatMap((layer) => (layer.kind === "residual" ? allLayers(layer) : [layer]));
}

/** Returns the first batch norm; null where there is none. */
export function firstBatchNorm(model: Listed): BatchNormSpec | null {
  const found = allLayers(model).find((one) => one.kind === "norm" && one.norm === "batch");
  return found?.kind === "norm" && found.norm === "batch" ? found : null;
}

/** Whether a model evaluates otherwise than it trains because of batch norm. */
export function hasBatchNorm(model: Listed): boolean {
  return firstBatchNorm(model) !== null;
}

/** Returns the first nonlinearity, or `none`. */
export function firstActivation(model: Listed): Activation {
  const found = allLayers(model).find((one) => one.kind === "activation");
  return found?.kind === "activation" ? found.activation : "none";
}

/** Returns the widths of all linear layers except the output layer. */
export function hiddenWidths(model: Listed): number[] {
  return allLayers(model).flatMap((one) =>
    one.kind === "linear" && one.width !== "output" ? [one.width] : [],
  );
}
