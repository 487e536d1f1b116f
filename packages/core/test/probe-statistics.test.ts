import { expect, test } from "vitest";
import {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type HistogramScale,
  histogramOf,
  WEIGHT_SCALE,
} from "../src/probe/histogram.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { statisticsOf } from "../src/statistics.ts";

const SCALES: [string, HistogramScale][] = [
  ["activations", ACTIVATION_SCALE],
  ["weights", WEIGHT_SCALE],
  ["gradients", GRADIENT_SCALE],
];

/** Edges above 0, by the definition: equal steps up to `2^smallest`, then `2^mantissaBits` an octave. */
function edgesOf({ mantissaBits, smallest, largest }: HistogramScale): number[] {
  const perOctave = 2 ** mantissaBits;
  const steps = Array.from({ length: perOctave }, (_, i) => i / perOctave);
  return [
    ...steps.map((step) => step * 2 ** smallest),
    ...Array.from({ length: largest - smallest }, (_, octave) =>
      steps.map((step) => (1 + step) * 2 ** (smallest + octave)),
    ).flat(),
    2 ** largest,
  ];
}

function binsOf(values: readonly number[], scale: HistogramScale): number[] {
  return values.map((value) => histogramOf(Float32Array.of(value), scale).counts.indexOf(1));
}

test.each(SCALES)("a bin of %s reaches from one edge to the next, which is in it", (_, scale) => {
  const edges = edgesOf(scale);
  const middle = edges.length; // the first bin above 0
  const places = edges.slice(1).map((_, i) => i);
  const centres = places.map((i) => ((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2);

  expect(histogramOf(new Float32Array(), scale).counts).toHaveLength(2 * edges.length);
  expect(binsOf(centres, scale)).toEqual(places.map((i) => middle + i));
  expect(binsOf(edges.slice(1), scale)).toEqual(places.map((i) => middle + i));
  const mirrored = places.map((i) => middle - 1 - i);
  expect(
    binsOf(
      centres.map((value) => -value),
      scale,
    ),
  ).toEqual(mirrored);
  expect(
    binsOf(
      edges.slice(1).map((value) => -value),
      scale,
    ),
  ).toEqual(mirrored);
});

test.each(SCALES)(
  "of %s, 0 is in the first bin above it, what is too large at the ends",
  (_, scale) => {
    const { length } = edgesOf(scale);
    const beyond = 2 ** scale.largest * (1 + 2 ** -23);
    const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;

    expect(binsOf([0, -0, 1e-45, -1e-45], scale)).toEqual([length, length, length, length - 1]);
    expect(binsOf([beyond, infinity], scale)).toEqual([2 * length - 1, 2 * length - 1]);
    expect(binsOf([-beyond, -infinity], scale)).toEqual([0, 0]);
    expect(binsOf([nan], scale)).toEqual([-1]);
  },
);

test("tanh's 1 is in the bin that ends at 1", () => {
  const [last, below, above] = binsOf([1, 0.94, 1.001], ACTIVATION_SCALE);

  expect(last).toBe(below);
  expect(above).toBe((last ?? 0) + 1);
});

test("every value is counted once", () => {
  const values = new TorchGenerator(1).randn(10_000).map((value) => value * 20);

  const { counts } = histogramOf(values, ACTIVATION_SCALE);

  expect(counts.reduce((sum, count) => sum + count)).toBe(10_000);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts.at(-1)).toBeGreaterThan(0);
});

test("statistics are those of their definitions", () => {
  expect(statisticsOf(Float32Array.of(1, 2, 3, 6))).toEqual({
    mean: 3,
    std: Math.sqrt(14 / 3),
    min: 1,
    max: 6,
  });
  expect(statisticsOf(new Float32Array(5).fill(0.1))).toMatchObject({
    std: 0,
    min: Math.fround(0.1),
  });
  expect(statisticsOf(Float32Array.of(4)).std).toBeNaN();
  for (const values of [Float32Array.of(4, Number.NaN), Float32Array.of(Number.NaN, 4)]) {
    const { mean, std, min, max } = statisticsOf(values);
    expect([mean, std, min, max]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  }
});

test("a small spread around a large mean is not lost", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => 4096 + (i % 2) / 1024);

  expect(statisticsOf(values).std).toBeCloseTo(Math.sqrt(1000 / 999) / 2048, 12);
});
