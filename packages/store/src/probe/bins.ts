/** Histograms of probes on an axis that they share. */
import type { Histogram, HistogramScale, TensorProbe } from "@ablate/core";

/** An axis from `-range` to `range`: in equal steps, or in the bins as they are stored, some to an octave. */
export type BinAxis = { readonly range: number; readonly isOctaves: boolean };

export type Density = {
  /** Values in each cell, in parts where a bin lies in two. */
  readonly cells: Float64Array;
  /** Shares of all values that lie beyond the axis. */
  readonly below: number;
  readonly above: number;
};

/** How many standard deviations an axis in equal steps goes from the mean, though not beyond the values. */
const REACH = 3;

/** Makes an axis with room for all tensors, whose ends are round numbers. */
export function binAxis(tensors: readonly TensorProbe[], isOctaves: boolean): BinAxis {
  const reaches = tensors.map(({ mean, std, min, max }) => {
    const most = Math.max(Math.abs(min), Math.abs(max));
    return isOctaves ? most : Math.min(most, Math.abs(mean) + REACH * std);
  });
  const reach = Math.max(0, ...reaches.filter(Number.isFinite));
  return { range: reach > 0 ? roundedUp(reach) : 1, isOctaves };
}

const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** So that neighbouring steps and runs often have the same axis. */
function roundedUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = ROUND.find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Distributes the values of a histogram over `cells` cells of an axis. */
export function densityOf(
  { scale, counts: all }: Histogram,
  axis: BinAxis,
  cells: number,
): Density {
  const density = new Float64Array(cells);
  const place = placer(edgesOf(scale), axis);
  const counts = all.subarray(1, -1);
  const [underflow, overflow] = [all[0] ?? 0, all.at(-1) ?? 0];
  let [below, above, total] = [underflow, overflow, underflow + overflow];
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count === 0) continue;
    total += count;
    const from = place(bin) * cells;
    const to = place(bin + 1) * cells;
    if (to === from) {
      const cell = Math.floor(from); // narrower than numbers tell apart, around 0 of a very wide axis
      density[cell] = (density[cell] ?? 0) + count;
      continue;
    }
    const each = count / (to - from);
    below += each * Math.max(0, Math.min(0, to) - from);
    above += each * Math.max(0, to - Math.max(cells, from));
    const last = Math.min(cells - 1, Math.ceil(to) - 1);
    for (let cell = Math.max(0, Math.floor(from)); cell <= last; cell++) {
      const width = Math.min(to, cell + 1) - Math.max(from, cell);
      density[cell] = (density[cell] ?? 0) + each * width;
    }
  }
  const whole = Math.max(1, total);
  return { cells: density, below: below / whole, above: above / whole };
}

/** Returns the place of an edge on the axis, 0 and 1 at its ends. */
function placer(edges: Float64Array, { range, isOctaves }: BinAxis): (edge: number) => number {
  if (!isOctaves) return (edge) => 0.5 + (edges[edge] ?? 0) / (2 * range);
  const middle = (edges.length - 1) / 2;
  const within = edges.findIndex((edge) => edge >= range);
  const reach = within < 0 ? middle : Math.max(1, within - middle);
  return (edge) => 0.5 + (edge - middle) / (2 * reach);
}

/** Returns the edges of a scale, from the lowest to the highest: one fewer than a histogram has counts. */
export function edgesOf({ mantissaBits, smallest, largest }: HistogramScale): Float64Array {
  const perOctave = 2 ** mantissaBits;
  const side = (largest - smallest + 1) * perOctave;
  const unit = 2 ** (smallest - mantissaBits);
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
