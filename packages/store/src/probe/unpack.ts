/** Decodes the blobs of probes: the other direction of pack.ts. */
import type { StoredHistogram } from "./stored-probe.ts";

export type PackedHistogram = {
  readonly mantissa_bits: number;
  readonly smallest: number;
  readonly largest: number;
  readonly first_bin: number;
  readonly digits: number;
  readonly counts: Uint8Array;
};

/** Every count of a histogram in its bin. */
export function unpackHistogram(
  { first_bin: bins, digits, counts: packed }: PackedHistogram,
  edges: Float64Array,
): StoredHistogram {
  const last = edges.length - 1;
  const counts = new Uint32Array(last);
  let underflow = 0;
  let overflow = 0;
  // Below 0 they are bits: see migration 007.
  const bits = digits < 0 ? -digits : 4 * Math.max(1, digits);
  const [first, before, gap] = [bins & 511, (bins >> 9) & 511, bins >> 18];
  const kept = Math.floor((packed.length * 8) / bits);
  for (let i = 0; i < kept; i++) {
    const count = numberAt(packed, i * bits, bits);
    const bin = first + i + (i < before ? 0 : gap) - 1;
    if (count === 0) continue;
    if (bin < 0) underflow = count;
    else if (bin >= last) overflow = count;
    else counts[bin] = count;
  }
  return { edges, counts, underflow, overflow };
}

/** The edges of a scale, from the lowest to the highest; see `Histogram` in probe.ts. */
export function edgesOf({
  mantissa_bits,
  smallest,
  largest,
}: Pick<PackedHistogram, "mantissa_bits" | "smallest" | "largest">): Float64Array {
  const perOctave = 2 ** mantissa_bits;
  const side = (largest - smallest + 1) * perOctave;
  const unit = 2 ** (smallest - mantissa_bits);
  const edges = new Float64Array(2 * side + 1);
  for (let place = 1; place <= side; place++) {
    const octave = Math.floor(place / perOctave);
    const within = place % perOctave;
    const size = octave === 0 ? within : 2 ** (octave - 1) * (perOctave + within);
    edges[side + place] = size * unit;
    edges[side - place] = -size * unit;
  }
  return edges;
}

/** The two numbers of each index, of five bytes each. */
export function unpackPairs(bytes: Uint8Array): readonly [Float64Array, Float64Array] {
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
  return [Float64Array.from(values.subarray(0, count)), Float64Array.from(values.subarray(count))];
}

/** Units whose bits are set for every example. */
export function deadUnits(bits: Uint8Array, examples: number, units: number): number[] {
  const dead: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    let example = 0;
    while (example < examples) {
      const at = example * units + unit;
      if ((((bits[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 0) break;
      example++;
    }
    if (example === examples && examples > 0) dead.push(unit);
  }
  return dead;
}

/** The number that `length` bits say, the first of them at bit `from`. */
function numberAt(bytes: Uint8Array, from: number, length: number): number {
  let value = 0;
  for (let bit = from; bit < from + length; bit++) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
  return value;
}
