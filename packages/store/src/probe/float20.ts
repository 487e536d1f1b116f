/**
 * Numbers as probes keep them, unit by unit: float20, the first 20 bits of a float32, rounded to nearest. What
 * they stand for is within 1.3e-4.
 */
import type { NormProbe, Probe, UnitMoments } from "@ablate/core";

/** Rounds a probe to what a store gives back of it, so that it means the same before it is stored and after. */
export function asStored({ layers, logits, ...probe }: Probe): Probe {
  return {
    ...probe,
    layers: layers.map((layer) => ({ ...layer, norm: layer.norm && roundedNorm(layer.norm) })),
    logits: {
      ...logits,
      logits: rounded(logits.logits),
      probabilities: rounded(logits.probabilities),
    },
  };
}

function roundedNorm({ batch, running, trainset, gamma, beta }: NormProbe): NormProbe {
  const moments = ({ mean, std }: UnitMoments) => ({ mean: rounded(mean), std: rounded(std) });
  return {
    batch: batch && moments(batch),
    running: running && moments(running),
    trainset: trainset && moments(trainset),
    gamma: rounded(gamma),
    beta: rounded(beta),
  };
}

function rounded(values: Float32Array): Float32Array {
  return new Float32Array(wordsOf(values).map((word) => float20(word) << 12).buffer);
}

/** Packs two float20 for each index of each pair, in five bytes. */
export function packPairs(...pairs: readonly (readonly [Float32Array, Float32Array])[]): Buffer {
  const bytes = Buffer.alloc(5 * pairs.reduce((sum, [first]) => sum + first.length, 0));
  let at = 0;
  for (const [first, second] of pairs) at = packAt(bytes, at, wordsOf(first), wordsOf(second));
  return bytes;
}

/** @returns where the next pair goes */
function packAt(bytes: Buffer, from: number, ones: Uint32Array, others: Uint32Array): number {
  let at = from;
  for (let i = 0; i < ones.length; i++, at += 5) {
    const one = float20(ones[i] ?? NAN_WORD);
    const other = float20(others[i] ?? NAN_WORD);
    bytes[at] = one >>> 12;
    bytes[at + 1] = one >>> 4;
    bytes[at + 2] = (one << 4) | (other >>> 16);
    bytes[at + 3] = other >>> 8;
    bytes[at + 4] = other;
  }
  return at;
}

const INFINITY_WORD = 0x7f800000;
const NAN_WORD = 0x7fc00000;
/** Half of the last place of a float20, in places of a float32. */
const HALF = 0x800;

/** @param word - bits of a float32 */
function float20(word: number): number {
  return (word & 0x7fffffff) > INFINITY_WORD ? NAN_WORD >>> 12 : (word + HALF) >>> 12;
}

function wordsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

/** Unpacks the two numbers of each index, of five bytes each. */
export function unpackPairs(bytes: Uint8Array): readonly [Float32Array, Float32Array] {
  const count = Math.floor(bytes.length / 5);
  const words = new Uint32Array(2 * count);
  for (let i = 0, at = 0; i < count; i++, at += 5) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = [
      bytes[at],
      bytes[at + 1],
      bytes[at + 2],
      bytes[at + 3],
      bytes[at + 4],
    ];
    words[i] = (a << 24) | (b << 16) | ((c & 0xf0) << 8);
    words[count + i] = ((c & 0x0f) << 28) | (d << 20) | (e << 12);
  }
  const values = new Float32Array(words.buffer);
  return [values.subarray(0, count), values.subarray(count)];
}
