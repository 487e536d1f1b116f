import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { drawer, spaced } from "../src/chart/draw.ts";
import { type Chart, type Mark, pieces, roundRange, strokeAt } from "../src/chart/marks.ts";
import { bitsImage } from "../src/sections/maps.ts";

const AREA: Mark = {
  kind: "area",
  points: [
    [0, 0],
    [1, 1],
    [2, 0],
  ],
  color: "var(--band)",
  opacity: 0.2,
};

function chartOf(marks: readonly Mark[]): Chart {
  return {
    title: "A <title>",
    description: "from 1 to 3",
    width: 300,
    height: 200,
    labels: { left: 40, right: 60 },
    x: { title: "steps", min: 0, max: 2 },
    y: { title: "loss", min: 0, max: 10 },
    marks,
  };
}

test("a chart is one SVG that names and describes itself and styles nothing outside of it", async () => {
  const draw = await drawer();
  const points = [
    [0, 1],
    [1, 2],
    [2, 3],
  ] as const;

  const { text } = draw(chartOf([{ kind: "line", points, stroke: strokeAt(1), label: "v1 & v2" }]));

  expect(text).toMatch(
    /^<svg viewBox="0 0 300 200" role="img" aria-labelledby="chart-1-title" aria-describedby="chart-1-text"><title id="chart-1-title">A &lt;title&gt;<\/title><desc id="chart-1-text">from 1 to 3<\/desc>/,
  );
  expect(text).toMatch(/<\/svg>$/);
  expect(text).toContain('stroke="var(--s1)"');
  expect(text).toContain('stroke-dasharray="7,3"');
  expect(text).toContain(">v1 &amp; v2</text>");
  expect(text).not.toMatch(/<style|class=|\bzr\d/);
});

test("coordinates have one decimal", async () => {
  const draw = await drawer();
  const points = Array.from({ length: 50 }, (_, i) => [i / 25, 3 + Math.sin(i)] as const);

  const { text } = draw(chartOf([{ kind: "line", points, stroke: strokeAt(0) }]));

  expect(text.match(/<polyline points="[^"]{200,}"/g)).toHaveLength(1);
  expect(text).not.toMatch(/\d\.\d{2,}[ ,L"]/);
});

test("the ids of several charts on a page differ", async () => {
  const draw = await drawer();

  const page = draw(chartOf([AREA])).text + draw(chartOf([AREA])).text;
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);

  expect(ids.length).toBe(6);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, used] of page.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(used);
});

test("what is not finite is a gap in a line", () => {
  const gap: readonly [number, number] = [1, Number.NaN];

  expect(pieces([[0, 1], gap, gap, [2, 3], [3, 4]])).toEqual([
    [[0, 1]],
    [
      [2, 3],
      [3, 4],
    ],
  ]);
  expect(pieces([gap])).toEqual([]);
});

test("labels keep their order and their distance, and stay in the chart", () => {
  const placed = spaced([50, 52, 99, 98, 97], { gap: 10, low: 0, high: 100 });

  expect(placed).toEqual([50, 60, 100, 90, 80]);
});

test.each([
  [0.02, 0.77, { min: 0, max: 0.8, interval: 0.2 }],
  [2.05, 3.4, { min: 2, max: 3.5, interval: 0.5 }],
  [-3, -3, { min: -3, max: -2.5, interval: 0.5 }],
])("the range around %f and %f is round", (low, high, expected) => {
  expect(roundRange(low, high)).toEqual(expected);
});

test("a picture of bits is a PNG with black where a bit is set", () => {
  const uri = bitsImage(10, 2, (column, row) => column === 9 && row === 1);
  const png = Buffer.from(uri.replace("data:image/png;base64,", ""), "base64");
  const at = png.indexOf("IDAT");
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));

  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([10, 2, 1, 0]);
  expect([...pixels]).toEqual([0, 0xff, 0xc0, 0, 0xff, 0x80]);
});
