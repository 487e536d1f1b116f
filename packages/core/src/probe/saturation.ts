import type { LayerPass } from "./network-pass.ts";

/**
 * Where the nonlinearity of a layer passes on no gradient worth the name: tanh near -1 or 1, relu at 0.
 * A unit that is flat for every example is dead to the probe.
 */
export type Saturation = {
  readonly examples: number;
  readonly units: number;
  /** Of all examples and units. */
  readonly share: number;
  /** Dead units, by index. */
  readonly dead: Int32Array;
  /** One bit for each example and unit, example by example, the first bit of a byte its highest. */
  readonly bits: Uint8Array;
};

/**
 * The saturation of a layer, or null where it has no nonlinearity.
 *
 * @param threshold - tanh is flat where it is beyond it, on either side
 */
export function saturationOf(
  { units, nonlinearity, activation }: Pick<LayerPass, "units" | "nonlinearity" | "activation">,
  threshold: number,
): Saturation | null {
  if (nonlinearity === "none") return null;
  const { values } = activation;
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  const flat = new Int32Array(units);
  let total = 0;
  const examples = values.length / units;
  const isRelu = nonlinearity === "relu";
  for (let example = 0, i = 0; example < examples; example++) {
    for (let unit = 0; unit < units; unit++, i++) {
      const value = values[i] ?? 0;
      if (isRelu ? value !== 0 : !(Math.abs(value) > threshold)) continue;
      bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i & 7));
      flat[unit] = (flat[unit] ?? 0) + 1;
      total++;
    }
  }
  const dead = Int32Array.from(flat.keys()).filter((unit) => flat[unit] === examples);
  return { examples, units, share: total / values.length, dead, bits };
}
