/** Reads the frame `probe`. */
import type {
  Histogram,
  LayerKind,
  LayerProbe,
  Probe,
  Saturation,
  TensorProbe,
} from "@ablate/core";
import type { Frame, FrameArray } from "@ablate/frames";
import {
  isObject,
  type JsonObject,
  listOf,
  numberOrNull,
  objectOf,
  oneOf,
  textOf,
  textOrNull,
  wholeOf,
} from "../json-values.ts";
import { LogError } from "../log-error.ts";

/** Examples and bins that a store can tell apart. */
const MOST_NUMBERS = 256;
/** Layers of a probe: a row each. */
const MOST_LAYERS = 10_000;

const KINDS: readonly (LayerKind | "norm")[] = ["embedding", "hidden", "output", "norm", "other"];

const OF_A_LAYER = ["linear", "preactivation", "activation", "weight"] as const;
type TensorName = (typeof OF_A_LAYER)[number];
const TENSORS: readonly (TensorName | `${TensorName}_gradient`)[] = OF_A_LAYER.flatMap(
  (name) => [name, `${name}_gradient`] as const,
);

type Arrays = Readonly<Record<string, FrameArray>>;

/** @throws LogError - if it is no probe */
export function readProbe({ head, arrays }: Frame): Probe {
  const examples = wholeOf(head, "examples");
  if (examples < 1 || examples > MOST_NUMBERS) {
    throw new LogError(`a probe has 1 to ${MOST_NUMBERS} examples, not ${examples}`);
  }
  const layers = listOf(head, "layers");
  if (layers.length > MOST_LAYERS) throw new LogError(`a probe has ${layers.length} layers`);
  return {
    ...{ step: wholeOf(head, "step"), examples, loss: numberOrNull(head, "loss") ?? Number.NaN },
    layers: layers.map((layer) => layerOf(layer, { examples, arrays })),
    logits: {
      examples: 0,
      tokens: 0,
      logits: new Float32Array(),
      probabilities: new Float32Array(),
    },
  };
}

type Probed = { readonly examples: number; readonly arrays: Arrays };

/** Returns the nonlinearities of the layers that have one, by their names. @throws LogError */
export function nonlinearitiesIn({ head }: Frame): readonly (readonly [string, string])[] {
  return listOf(head, "layers").flatMap((layer) => {
    const nonlinearity = isObject(layer) ? textOrNull(layer, "nonlinearity") : null;
    return isObject(layer) && nonlinearity !== null ? [[textOf(layer, "name"), nonlinearity]] : [];
  });
}

function layerOf(layer: unknown, { examples, arrays }: Probed): LayerProbe {
  if (!isObject(layer)) throw new LogError("a layer of a probe is no JSON object");
  const kind = oneOf(layer.kind, KINDS) ?? "other";
  const units = wholeOf(layer, "units");
  const tensors = objectOf(layer, "tensors");
  const known = TENSORS.flatMap((name) => {
    const { [name]: tensor } = tensors;
    return isObject(tensor) ? [[name, tensorOf(tensor, arrays)] as const] : [];
  });
  const { saturation = null } = layer;
  return {
    ...{ name: textOf(layer, "name"), kind: kind === "norm" ? "other" : kind, units, norm: null },
    tensors: Object.fromEntries(known),
    saturation: isObject(saturation) ? saturationOf(saturation, { units, examples, arrays }) : null,
  };
}

function tensorOf(tensor: JsonObject, arrays: Arrays): TensorProbe {
  const number = (key: string): number => numberOrNull(tensor, key) ?? Number.NaN;
  return {
    ...{ mean: number("mean"), std: number("std"), min: number("min"), max: number("max") },
    histogram: histogramOf(tensor, arrays),
  };
}

function histogramOf(tensor: JsonObject, arrays: Arrays): Histogram | null {
  const { counts: name } = tensor;
  if (typeof name !== "string") return null;
  const { [name]: counts } = arrays;
  if (!(counts instanceof Uint32Array)) throw new LogError(`a probe has no counts ${name}`);
  const [mantissaBits, smallest, largest] = [tensor.mantissaBits, tensor.smallest, tensor.largest];
  const isScale = [mantissaBits, smallest, largest].every(Number.isInteger);
  const scale = {
    mantissaBits: Number(mantissaBits),
    smallest: Number(smallest),
    largest: Number(largest),
  };
  const bins = 2 * (scale.largest - scale.smallest + 1) * 2 ** scale.mantissaBits + 2;
  if (!isScale || scale.mantissaBits < 0 || bins !== counts.length || bins > MOST_NUMBERS) {
    throw new LogError(
      `a probe has ${counts.length} counts ${name}, which a histogram of this kind cannot have`,
    );
  }
  return { scale, counts };
}

/**
 * Takes the bits for what they say of units. The share is the probe's own where a row of bits stands for many positions,
 * of which the bits do not say how many are flat.
 */
function saturationOf(
  saturation: JsonObject,
  { units, examples, arrays }: Probed & { readonly units: number },
): Saturation {
  const rows = wholeOf(saturation, "examples");
  const name = textOf(saturation, "bits");
  const { [name]: bits } = arrays;
  const isMap = bits instanceof Uint8Array && bits.length === Math.ceil((rows * units) / 8);
  if (!isMap || units < 1 || rows < 1 || rows % examples !== 0) {
    throw new LogError(`a probe has a map ${name} of another size than its layer`);
  }
  const flat = new Int32Array(units);
  let total = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const bit = ((bits[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
      flat[unit] = (flat[unit] ?? 0) + bit;
      total += bit;
    }
  }
  const dead = Int32Array.from(flat.keys()).filter((unit) => flat[unit] === rows);
  const least = total / (rows * units);
  const told = numberOrNull(saturation, "share") ?? 0;
  return { examples: rows, units, share: told > least && told <= 1 ? told : least, dead, bits };
}
