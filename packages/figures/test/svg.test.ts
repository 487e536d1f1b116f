import { expect, test } from "vitest";
import {
  type Chart,
  type Mark,
  pieces,
  roundRange,
  sceneOf,
  spaced,
  strokeAt,
  svgOf,
} from "../src/index.ts";

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

const INK = { text: "var(--text)", grid: "var(--grid)" };

function draw(chart: Chart, id = "chart-1"): string {
  const { title, description } = chart;
  return svgOf(sceneOf(chart, INK), { id, title, description, text: INK.text });
}

test("a chart is one SVG that names and describes itself and styles nothing outside of it", () => {
  const points = [
    [0, 1],
    [1, 2],
    [2, 3],
  ] as const;

  const text = draw(chartOf([{ kind: "line", points, stroke: strokeAt(1), label: "v1 & v2" }]));

  expect(text).toMatch(
    /^<svg viewBox="0 0 300 200" role="img" aria-labelledby="chart-1-title" aria-describedby="chart-1-text"><title id="chart-1-title">A &lt;title&gt;<\/title><desc id="chart-1-text">from 1 to 3<\/desc>/,
  );
  expect(text).toMatch(/<\/svg>$/);
  expect(text).toContain('stroke="var(--s1)"');
  expect(text).toContain('stroke-dasharray="7,3"');
  expect(text).toContain(">v1 &amp; v2</text>");
  expect(text).not.toMatch(/<style|class=/);
});

test("a mark without a place is left out: an unknown value, or 0 on a log axis", () => {
  const y = { title: "std", min: 0.1, max: 10, isLog: true };
  const marks = [Number.NaN, 0, 1].flatMap((value): readonly Mark[] => [
    { kind: "dot", at: [value, value], color: "black" },
    { kind: "note", at: [1, value], text: `at ${value}`, align: "start" },
  ]);
  const points = [
    [0, 1],
    [1, 0],
    [2, Number.NaN],
  ] as const;
  const line: Mark = { kind: "line", points, stroke: strokeAt(1), label: "died" };
  const none: Mark = { kind: "line", points: [[0, 0]], stroke: strokeAt(2), label: "never lived" };

  const text = draw({ ...chartOf([...marks, line, none]), y });

  expect(text.match(/<circle/g)).toHaveLength(1);
  expect(text).toContain(">at 1</text>");
  expect(text).toContain(">never lived</text>");
  expect(text).not.toMatch(/NaN|Infinity|undefined|>at 0</);
});

test("coordinates have one decimal", () => {
  const points = Array.from({ length: 50 }, (_, i) => [i / 25, 3 + Math.sin(i)] as const);

  const text = draw(chartOf([{ kind: "line", points, stroke: strokeAt(0) }]));

  expect(text.match(/<path d="M[^"]{200,}"/g)).toHaveLength(1);
  expect(text).not.toMatch(/\d\.\d{2,}[ ,L"]/);
});

test("the ids of several charts on a page differ", () => {
  const page = draw(chartOf([AREA])) + draw(chartOf([AREA]), "chart-2");
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

test("a log axis has its ticks at powers of ten, others at round numbers, and labels that do not touch", () => {
  const chart = chartOf([AREA]);
  const x = { title: "updates", min: 1, max: 30_000, isLog: true };

  const labels = (text: string) => [...text.matchAll(/>([^<>]*)<\/text>/g)].map(([, one]) => one);
  expect(labels(draw({ ...chart, x }))).toEqual([
    "1",
    "10",
    "100",
    "1000",
    "10000",
    "updates",
    "0",
    "2",
    "4",
    "6",
    "8",
    "10",
    "loss",
  ]);
  const wide = { title: "w", min: 0, max: 1, interval: 0.05 };
  const kept = labels(draw({ ...chart, x: wide })).slice(0, 7);
  expect(kept).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1", "w"]);
});

test("a chart within a chart lies at its place and is cut at its own edges", () => {
  const inner = { ...chartOf([AREA]), width: 100, height: 90 };

  const text = draw({ ...chartOf([AREA]), insets: [{ at: [150, 20], chart: inner }] });

  expect(text).toMatch(/<g transform="translate\(150,20\)"><clipPath id="chart-1-1-clip">/);
  expect(text).toContain('clip-path="url(#chart-1-1-clip)"');
});

test("numbers of a row stand to the right of the axes, its name to the left", () => {
  const row = { kind: "text", at: [0, 5] } as const;

  const text = draw(
    chartOf([
      { ...row, text: "v1" },
      { ...row, side: "right", text: "+0.8" },
    ]),
  );

  const places = new Map(
    [...text.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, said]) => [said, Number(x)]),
  );
  expect(places.get("v1")).toBeLessThan(40);
  expect(places.get("+0.8")).toBeGreaterThan(300 - 60);
});

test("tells a script where the axes are and what they span, and lays ground under an inset", () => {
  const inner = { ...chartOf([AREA]), width: 100, height: 90 };
  const x = { title: "updates", min: 1, max: 30_000, isLog: true };

  const scene = sceneOf(
    { ...chartOf([AREA]), x, insets: [{ at: [150, 20], chart: inner }] },
    { ...INK, page: "var(--page)" },
  );
  const text = svgOf(scene, { id: "a", title: "t", description: "d", text: INK.text });

  expect(text).toContain('data-axes="40 28 200 126 1 30000 1 0 10 0"');
  expect(text).toContain('<path d="M0,0H100V90H0Z" fill="var(--page)" fill-opacity="1"/>');
});
