/** Entries of `model.layers` in the one spelling that a resolved config has of each. */
import { type ActivationName, type LayerSpec, LEAKY_SLOPE, type NormSpec } from "@ablate/core";

/** A norm by its settings, those left out that are the usual ones. */
type NormLayer = { readonly norm: NormSpec["norm"] } & Readonly<Record<string, string | number>>;

export type LayerConfig =
  | ActivationName
  | `${NormSpec["norm"]}_norm`
  | NormLayer
  | { readonly linear: number | "output"; readonly bias?: false }
  | { readonly leaky_relu: number }
  | { readonly dropout: number }
  | { readonly residual: readonly LayerConfig[] }
  | { readonly flatten: number };

/** Settings of norms as they are unless a config says otherwise: PyTorch's. */
export const USUAL_NORM = { epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;

/** Spells a list of layers. */
export function spelled(layers: readonly LayerSpec[]): LayerConfig[] {
  return layers.map(spelledLayer);
}

/** Returns a list whose last linear layer is the output layer, which is added where the list names none. */
export function withOutput(layers: readonly LayerSpec[]): readonly LayerSpec[] {
  const hasOutput = layers.some(({ kind, ...rest }) => kind === "linear" && isOutput(rest));
  return hasOutput ? layers : [...layers, { kind: "linear", width: "output", bias: true }];
}

function isOutput(layer: object): boolean {
  return "width" in layer && layer.width === "output";
}

function spelledLayer(layer: LayerSpec): LayerConfig {
  switch (layer.kind) {
    case "linear":
      return { linear: layer.width, ...(layer.bias ? {} : { bias: false }) };
    case "norm":
      return spelledNorm(layer);
    case "activation": {
      const { activation, slope = LEAKY_SLOPE } = layer;
      return slope === LEAKY_SLOPE ? activation : { leaky_relu: slope };
    }
    case "dropout":
      return { dropout: layer.rate };
    case "residual":
      return { residual: spelled(layer.layers) };
    case "flatten":
      return { flatten: layer.factor };
  }
}

function spelledNorm({ kind: _, norm, ...settings }: NormSpec): LayerConfig {
  const usual = new Map<string, string | number>(Object.entries(USUAL_NORM));
  const other = Object.entries(settings).filter(([name, value]) => usual.get(name) !== value);
  return other.length === 0 ? `${norm}_norm` : { norm, ...Object.fromEntries(other) };
}
