import type { SeriesRows } from "@ablate/store";
/** Rasteriser, axes, smoothing and bands: properties, and pictures as text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ChartSpec, drawChart, LABEL_CELLS } from "../src/chart/chart.ts";
import { type Glyphs, Raster } from "../src/chart/raster.ts";
import { position, ticks, valueAt, valueLabels } from "../src/chart/scale.ts";
import { sparkline } from "../src/chart/sparkline.ts";
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
  const range = yRange([curve], { log, guides: [], previous: undefined }) ?? { low: 0, high: 1 };
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
           └0───────────────────────"
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
           └0───────────────────────"
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
           └0───────────────────────"
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

test("ticks are 1, 2 and 5 times powers of ten, within the axis, rising", () => {
  const ends = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(ends, fc.integer({ min: 2, max: 12 }), ([low, size], wanted) => {
      const scale = { low, high: low + size, log: false };
      const found = ticks(scale, wanted);

      expect(found.length).toBeLessThanOrEqual(wanted + 1);
      for (const [i, tick] of found.entries()) {
        expect(position(scale, tick)).toBeGreaterThanOrEqual(-1e-6);
        expect(position(scale, tick)).toBeLessThanOrEqual(1 + 1e-6);
        if (i > 0) expect(tick).toBeGreaterThan(found[i - 1] ?? 0);
      }
    }),
  );
});

test("labels of one axis differ and have the same decimals", () => {
  expect(valueLabels([2, 2.5, 3])).toEqual(["2.0", "2.5", "3.0"]);
  expect(valueLabels([-4, -3])).toEqual(["−4", "−3"]);
  expect(valueLabels([0.00002, 0.00004])).toEqual(["2e-5", "4e-5"]);
});

test("position and value are each other's inverse, linear and logarithmic", () => {
  for (const scale of [
    { low: -3, high: 5, log: false },
    { low: 0.5, high: 2e5, log: true },
  ]) {
    for (const share of [0, 0.25, 1])
      expect(position(scale, valueAt(scale, share))).toBeCloseTo(share, 12);
  }
});

test("a range stays while it is filled well, grows at once, and is cut where one value would flatten the rest", () => {
  const curve = (values: readonly number[]) => ({
    label: "",
    tone: "plain" as const,
    shaded: false,
    behind: [],
    isSparse: false,
    divergedAt: null,
    trace: trace(samplesOf(values), { low: 0, high: values.length - 1, log: false }, values.length),
  });
  const options = { log: false, guides: [], previous: { low: 0, high: 10 } };

  expect(yRange([curve([1, 9])], options)).toMatchObject({ low: 0, high: 10 });
  expect(yRange([curve([1, 3])], options)?.high).toBeLessThan(4);
  expect(yRange([curve([1, 20])], options)?.high).toBeGreaterThan(20);
  const exploding = [...Array.from({ length: 200 }, (_, i) => 2 + (i % 10) / 10), 1e20];
  expect(yRange([curve(exploding)], { ...options, previous: undefined })).toMatchObject({
    cutAbove: 1e20,
  });
  const diverging = [
    ...Array.from({ length: 80 }, (_, i) => 2 + (i % 10) / 10),
    ...Array(20).fill(1e30),
  ];
  const half = yRange([curve(diverging)], { ...options, previous: undefined });
  expect(half?.cutAbove).toBe(1e30);
  expect(half?.high).toBeLessThan(4);
  const falling = Array.from({ length: 200 }, (_, i) => 2 + 20 * Math.exp(-i / 10));
  expect(yRange([curve(falling)], { ...options, previous: undefined })?.cutAbove).toBeNull();
  expect(yRange([curve([Number.NaN])], options)).toBeNull();
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

test("a tick's label is its value, also of a single one and of large ones", () => {
  expect(valueLabels([0.63])).toEqual(["0.63"]);
  expect(valueLabels([150_000, 200_000])).toEqual(["1.5e5", "2.0e5"]);
});
