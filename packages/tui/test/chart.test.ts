import type { SeriesRows } from "@ablate/store";
/** Rasteriser, smoothing and bands: properties, and pictures as text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { LABEL_CELLS } from "../src/chart/axes.ts";
import { drawChart } from "../src/chart/chart.ts";
import { endLabels, spreadOut } from "../src/chart/end-labels.ts";
import { excursions } from "../src/chart/excursions.ts";
import { type Glyphs, Raster } from "../src/chart/raster.ts";
import { bracketed, ticks, valueTicks } from "../src/chart/scale.ts";
import { sparkline } from "../src/chart/sparkline.ts";
import type { ChartSpec, Curve } from "../src/chart/spec.ts";
import { bandOf, smooth, spread, trace } from "../src/chart/trace.ts";
import { yRange } from "../src/chart/y-range.ts";
import { lineText, lineWidth } from "../src/text/line.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

const GLYPHS: readonly Glyphs[] = ["braille", "block", "ascii"];

function samplesOf(values: readonly number[], width = 1): SeriesRows {
  const finite = values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  return {
    x: Float64Array.from(values, (_, i) => i * width + (width - 1) / 2),
    width: new Float64Array(values.length).fill(width),
    n: Uint32Array.from(values, (value) => (Number.isFinite(value) ? width : 0)),
    min: Float64Array.from(finite),
    mean: Float64Array.from(finite),
    max: Float64Array.from(finite),
  };
}

function chart(
  values: readonly number[],
  { columns = 40, rows = 8, glyphs = "braille" as Glyphs, log = false } = {},
): string[] {
  const x = { low: 0, high: Math.max(1, values.length - 1), log: false };
  const drawn = trace(
    samplesOf(values),
    x,
    Math.max(1, (columns - LABEL_CELLS) * (glyphs === "braille" ? 2 : 1)),
  );
  const curve = {
    label: "a",
    tone: "plain" as const,
    trace: drawn,
    shaded: false,
    behind: [],
    isSparse: false,
    divergedAt: null,
  };
  const range = yRange([curve], { log, guides: [], previous: undefined, isWhole: true }) ?? {
    low: 0,
    high: 1,
  };
  const spec: ChartSpec = {
    title: [{ text: "loss" }],
    note: [],
    columns,
    rows,
    glyphs,
    x,
    y: { low: range.low, high: range.high, log },
    curves: [curve],
    guides: [],
    events: [],
    crosshair: null,
    xLabel: String,
  };
  return drawChart(spec).map((one) => lineText(one).trimEnd());
}

test("a falling curve as a picture in braille, half blocks and ASCII", () => {
  const values = Array.from({ length: 50 }, (_, i) => 2 + 2 * Math.exp(-i / 8));

  expect(chart(values, { columns: 32, rows: 7 }).join("\n")).toMatchInlineSnapshot(`
    "loss
           │⢆
           │⠈⢢
         3 ┤  ⠑⣄
           │    ⠑⠤⣀
         2 ┤       ⠉⠉⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤
           └0───────20────────40────"
  `);
  expect(
    chart(values, { columns: 32, rows: 7, glyphs: "block" }).join("\n"),
  ).toMatchInlineSnapshot(`
    "loss
           │█
           │ █
         3 ┤  ▀▄
           │    ▀▀▄▄
         2 ┤        ▀▀▀▀▀▀▄▄▄▄▄▄▄▄▄▄
           └0───────20────────40────"
  `);
  expect(
    chart(values, { columns: 32, rows: 7, glyphs: "ascii" }).join("\n"),
  ).toMatchInlineSnapshot(`
    "loss
           │:
           │ :
         3 ┤  '.
           │    ''..
         2 ┤        ''''''..........
           └0───────20────────40────"
  `);
});

test.each(GLYPHS)(
  "a chart in %s never leaves its box, whatever the values and the size",
  (glyphs) => {
    const value = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.double({ min: 0, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 60 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (values, columns, rows, log) => {
          const lines = chart(values, { columns, rows, glyphs, log });

          expect(lines.length).toBe(rows);
          for (const text of lines) expect(lineWidth([{ text }])).toBeLessThanOrEqual(columns);
        },
      ),
    );
  },
);

test("every column with a finite value has a dot", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 64 }),
      (values) => {
        const drawn = chart(values, {
          columns: LABEL_CELLS + values.length,
          glyphs: "block",
        }).slice(1, -1);
        for (let column = 0; column < values.length; column++) {
          expect(drawn.some((text) => /[▀▄█]/.test(text[LABEL_CELLS + column] ?? ""))).toBe(true);
        }
      },
    ),
    { examples: [[[0, -5e-324, 8.881784197001252e-16]], [[5e-324, -5e-324]]], numRuns: 1000 },
  );
});

test("values that are not finite leave a gap, and the curve is not drawn across it", () => {
  const lines = chart([1, 1, Number.NaN, Number.NaN, 1, 1], {
    columns: LABEL_CELLS + 6,
    glyphs: "block",
  });

  expect(
    lines
      .slice(1, -1)
      .map((text) => text.slice(LABEL_CELLS))
      .filter(Boolean),
  ).toEqual(["▀▀  ▀▀"]);
});

test("on a logarithmic axis what is not positive is a gap", () => {
  const lines = chart([10, 1, 0, -1, 1, 10], {
    columns: LABEL_CELLS + 6,
    glyphs: "block",
    log: true,
  });
  const inked = [0, 1, 2, 3, 4, 5].filter((column) =>
    lines.slice(1, -1).some((text) => /[▀▄█]/.test(text[LABEL_CELLS + column] ?? "")),
  );

  expect(inked).toEqual([0, 1, 4, 5]);
});

test("a spike of one step survives any summary: minimum and maximum of a column are exact", () => {
  const values = Array.from({ length: 10_000 }, (_, i) => (i === 6_543 ? 99 : 1));
  const { max, mean } = trace(samplesOf(values), { low: 0, high: 9_999, log: false }, 80);

  expect(Math.max(...max)).toBe(99);
  expect(Math.max(...mean)).toBeCloseTo(1 + 98 / 125, 10);
});

test("the mean of a column weighs rows by their numbers of values", () => {
  const rows = { ...samplesOf([1, 4]), n: Uint32Array.of(3, 1) };

  expect(trace(rows, { low: 0, high: 1, log: false }, 1).mean[0]).toBe((3 * 1 + 4) / 4);
});

test("smoothing has no bias at its start and does not depend on how steps are summarised", () => {
  const values = Array.from({ length: 4_096 }, (_, i) => Math.cos(i / 300));
  const by16 = Array.from(
    { length: 256 },
    (_, r) => values.slice(r * 16, r * 16 + 16).reduce((a, b) => a + b) / 16,
  );

  const fine = smooth(samplesOf(values), 200).mean;
  const coarse = smooth(samplesOf(by16, 16), 200).mean;

  expect(fine[0]).toBe(1);
  for (let r = 20; r < 256; r++)
    expect(Math.abs((coarse[r] ?? 0) - (fine[r * 16 + 15] ?? 0))).toBeLessThan(0.03);
  expect(smooth(samplesOf(values), 0).mean).toEqual(Float64Array.from(values));
});

test("bands: standard deviation, standard error, extremes, Student's 95 % interval", () => {
  const values = [1, 2, 3, 4, Number.NaN];
  const std = Math.sqrt(5 / 3);

  expect(spread(values, "std")).toEqual({ n: 4, mean: 2.5, low: 2.5 - std, high: 2.5 + std });
  expect(spread(values, "stderr").high).toBeCloseTo(2.5 + std / 2, 12);
  expect(spread(values, "min-max")).toEqual({ n: 4, mean: 2.5, low: 1, high: 4 });
  expect(spread(values, "95%").high).toBeCloseTo(2.5 + (3.182446305284263 * std) / 2, 12);
  expect(spread([7], "std")).toEqual({ n: 1, mean: 7, low: 7, high: 7 });
});

test("the mean of traces goes on where one of them has no value in a column", () => {
  const scale = { low: 0, high: 4, log: false };
  const full = trace(samplesOf([1, 1, 1, 1, 1]), scale, 5);
  const sparse = trace({ ...samplesOf([3, 3, 3]), x: Float64Array.of(0, 2, 4) }, scale, 5);

  expect([...bandOf([full, sparse], "std").mean]).toEqual([2, 2, 2, 2, 2]);
});

const curveOf = (values: readonly number[]): Curve => ({
  name: "a",
  tone: "plain",
  shaded: false,
  behind: [],
  isSparse: false,
  divergedAt: null,
  trace: trace(samplesOf(values), { low: 0, high: values.length - 1, log: false }, values.length),
});

const falling = (from: number, to: number, steps = 200) =>
  Array.from({ length: steps }, (_, i) => to + (from - to) * Math.exp(-i / (steps / 20)));

test("a range stays while it is filled well and grows at once", () => {
  const options = { log: false, guides: [], previous: { low: 0, high: 10 } };

  expect(yRange([curveOf([1, 9])], options)).toEqual({ low: 0, high: 10 });
  expect(yRange([curveOf([1, 3])], options)?.high).toBeLessThan(4);
  expect(yRange([curveOf([1, 20])], options)?.high).toBeGreaterThan(20);
  expect(yRange([curveOf([Number.NaN])], options)).toBeNull();
});

test("the range is that of the bulk of the values, and what lies beyond is an excursion", () => {
  const options = { log: false, guides: [], previous: undefined };
  const noisy = Array.from({ length: 200 }, (_, i) => 2 + (i % 10) / 10);

  const exploding = curveOf([...noisy, 1e20]);
  const range = yRange([exploding], options);
  expect(range?.high).toBeLessThan(5);
  expect(excursions(exploding, { low: 0, high: 5, log: false })).toEqual([
    { dot: 200, value: 1e20, isAbove: true },
  ]);

  const diverging = curveOf([...noisy.slice(0, 80), ...Array(20).fill(1e30)]);
  expect(yRange([diverging], options)?.high).toBeLessThan(4);

  const bad = curveOf(falling(25, 3.1).map((value, i) => value + 3 * (1 - i / 200)));
  const good = [2.34, 2.35, 2.36, 2.37, 2.38].map((end) => curveOf(falling(3.3, end)));
  const six = yRange([bad, ...good], options);
  expect(six?.low).toBeLessThan(2.34);
  expect(six?.high).toBeGreaterThan(3.1);
  expect(six?.high).toBeLessThan(4.5);

  const accuracy = yRange([curveOf(falling(0, 0.9)), curveOf(falling(0, 0.95))], options);
  expect(accuracy?.low).toBeLessThan(0.9);
  expect(accuracy?.high).toBeGreaterThan(0.95);
});

test("what is no outlier is shown: one healthy run, a rate that changes, two steps, equal values", () => {
  const options = { log: false, guides: [], previous: undefined };
  const rangeOf = (values: readonly number[]) => yRange([curveOf(values)], options);

  expect(rangeOf(Array.from({ length: 200 }, (_, i) => 3.3 - i / 200))?.high).toBeGreaterThan(3.3);
  const rates = rangeOf([...Array(170).fill(0.1), ...Array(30).fill(0.01)]);
  expect(rates?.low).toBeLessThan(0.01);
  expect(rates?.high).toBeGreaterThan(0.1);
  expect(rangeOf([1, 2])).toMatchObject({ low: expect.closeTo(0.97), high: expect.closeTo(2.03) });
  const flat = rangeOf([5, 5, 5]);
  expect(flat?.low).toBeLessThan(5);
  expect(flat?.high).toBeGreaterThan(5);
  const halves = rangeOf(Array.from({ length: 100 }, (_, i) => (i < 60 ? -2.8 + i / 1e5 : -4.5)));
  expect(halves?.low).toBeLessThan(-4.5);
  expect(halves?.high).toBeGreaterThan(-2.8);
  const noise = rangeOf([100, 100 + 1e-4, 100]);
  expect((noise?.high ?? 0) - (noise?.low ?? 0)).toBeGreaterThan(0.005);
});

test("a logarithmic axis ends at round numbers, which are ticks", () => {
  const range = yRange([curveOf([25.4, 2.34])], { log: true, guides: [], previous: undefined });
  expect(range).toEqual({ low: 2, high: 30 });
  const found = valueTicks({ low: 2, high: 30, log: true }, 6);
  expect(found[0]).toBe(2);
  expect(found.at(-1)).toBe(30);
  expect(ticks({ low: 1e-3, high: 1e4, log: true }, 4).length).toBeLessThanOrEqual(7);
  expect(bracketed({ low: 2.31, high: 2.62 })).toEqual({ low: 2.3, high: 2.7 });
});

test("a curve that begins beyond the axis has its arrow where it first comes in, however long it wavers there", () => {
  const mean = Float64Array.from([25, 20, 9, 4, 6, 4, 6, 4, 3, 3]);
  const trace = { min: mean, mean, max: mean, gapBefore: new Uint8Array(mean.length) };
  const rest = { shaded: false, behind: [], isSparse: false, divergedAt: null } as const;
  const curve = { tone: "series0", trace, ...rest } as const;
  expect(excursions(curve, { low: 0, high: 5, log: false })).toEqual([
    { isAbove: true, value: 25, dot: 2 },
  ]);
});

test("a curve that leaves the axis has an arrow there, with its value", () => {
  const values = Array.from({ length: 40 }, (_, i) => (i < 10 ? 99 : 1 + (i % 5) / 10));
  const lines = drawChart({
    title: [],
    note: [],
    ...{ columns: LABEL_CELLS + 40, rows: 8, glyphs: "block", x: { low: 0, high: 39, log: false } },
    y: { low: 0, high: 2, log: false },
    curves: [curveOf(values)],
    ...{ guides: [], events: [], crosshair: null, xLabel: String },
  }).map(lineText);

  expect(lines[1]).toMatch(/▲/);
  expect(lines[1]).toMatch(/99/);
});

test("a cell shows the curve that is on top in it, in its colour; bands and shades only where no curve is", () => {
  const band = {
    ...curveOf(Array(8).fill(1)),
    tone: "series1" as const,
    shaded: true,
    isBand: true,
  };
  const wide = {
    ...band.trace,
    min: band.trace.mean.map(() => 0),
    max: band.trace.mean.map(() => 2),
  };
  const spec: ChartSpec = {
    title: [],
    note: [],
    ...{ columns: LABEL_CELLS + 8, rows: 7, glyphs: "block", x: { low: 0, high: 7, log: false } },
    y: { low: 0, high: 2, log: false },
    curves: [
      { ...curveOf(Array(8).fill(1)), tone: "series0" },
      { ...band, trace: wide },
    ],
    ...{ guides: [], events: [], crosshair: null, xLabel: String },
  };
  const tones = drawChart(spec)
    .slice(1, -1)
    .flatMap((line) => line.slice(1).map(({ tone }) => tone));

  expect(new Set(tones)).toEqual(new Set(["shade1", "series1"]));
  const below = { ...spec, curves: [{ ...band, trace: wide }, spec.curves[0] ?? band] };
  const other = drawChart(below).flatMap((line) => line.map(({ tone }) => tone));
  expect(other).toContain("series0");
  expect(other).not.toContain("series1");
});

test("names stand at the ends of curves, apart from each other and in the order of the curves", () => {
  const curves = ["a", "b", "c"].map((label, i) => ({
    ...curveOf(Array(8).fill(1 + i / 1000)),
    ...{ label, dash: i },
  }));
  const lines = endLabels(
    { curves, y: { low: 0, high: 2, log: false } },
    { columns: 4, rows: 6 },
  ).map(lineText);

  expect(lines.filter((text) => text !== "")).toEqual(["┅c", "╍b", "━a"]);
  expect(spreadOut([5, 5, 5], 6)).toEqual([3, 4, 5]);
  expect(spreadOut([0, 3, 3], 9)).toEqual([0, 3, 4]);
});

test("a sparkline goes down where the values do and has a gap where there are none", () => {
  expect(sparkline([4, 3, 2, 1], 2, "braille")).toBe("⠙⢦");
  expect(sparkline([1, 1, Number.NaN, Number.NaN, 1, 1], 3, "braille")).toBe("⣀ ⣀");
  expect(sparkline([], 3, "braille")).toBe("   ");
});

test("dots outside of the canvas are not drawn", () => {
  const raster = new Raster(2, 1, "braille");
  raster.line([-50, -50], [50, 50], 0);
  raster.dot(4, 0, 0);

  expect(raster.lines([{}]).map(lineText)).toEqual(["⠑⢄"]);
});
