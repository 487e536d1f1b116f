/** Where nonlinearities are flat. */
import type { Activation } from "../spec.ts";
import type { LayerPass } from "./network-pass.ts";
import type { Saturation } from "./probe.ts";

/**
 * Below this x the slope of a nonlinearity stays within 0.01 of 0, which is how flat tanh is at 0.995. What comes back
 * up from 0 (gelu and silu have a lowest point) is not flat there, only far below it.
 */
const FLAT_BELOW = {
  gelu: -3.0674272,
  gelu_tanh: -3.052855,
  silu: -6.2613888,
  elu: -4.6051702,
  softplus: -4.5951199,
} as const;

/** Says of a value that enters a nonlinearity and the one that leaves it whether it is flat there. */
type IsFlat = (x: number, y: number) => boolean;

/**
 * The saturation of a layer, or null where it has no nonlinearity. Leaky relu is flat nowhere.
 *
 * @param threshold - tanh is flat where it is beyond it, on either side; sigmoid at the same share of its range
 */
export function saturationOf(
  {
    units,
    nonlinearity,
    preactivation,
    activation,
  }: Pick<LayerPass, "units" | "nonlinearity" | "preactivation" | "activation">,
  threshold: number,
): Saturation | null {
  const isFlat = flatnessOf(nonlinearity, threshold);
  if (isFlat === null) return null;
  const { values } = activation;
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  const flat = new Int32Array(units);
  let total = 0;
  const examples = values.length / units;
  for (let example = 0, i = 0; example < examples; example++) {
    for (let unit = 0; unit < units; unit++, i++) {
      if (!isFlat(preactivation.values[i] ?? 0, values[i] ?? 0)) continue;
      bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i & 7));
      flat[unit] = (flat[unit] ?? 0) + 1;
      total++;
    }
  }
  const dead = Int32Array.from(flat.keys()).filter((unit) => flat[unit] === examples);
  return { examples, units, share: total / values.length, dead, bits };
}

function flatnessOf(nonlinearity: Activation, threshold: number): IsFlat | null {
  switch (nonlinearity) {
    case "none":
      return null;
    case "tanh":
      return (_, y) => Math.abs(y) > threshold;
    case "sigmoid":
      return (_, y) => Math.abs(2 * y - 1) > threshold;
    case "relu":
      return (_, y) => y === 0;
    case "leaky_relu":
      return () => false;
    default: {
      const end = FLAT_BELOW[nonlinearity];
      return (x) => x < end;
    }
  }
}
