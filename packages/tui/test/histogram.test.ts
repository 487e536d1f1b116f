import { expect, test } from "vitest";
import { drawHistogram } from "../src/index.ts";
import { lineText, lineWidth } from "../src/text/line.ts";

const spec = {
  counts: [0, 1, 4, 16, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  range: 2,
  rows: 2,
  tone: "series0",
  glyphs: "braille",
} as const;

test("bars as high as their counts, over an axis", () => {
  expect(drawHistogram(spec).map(lineText)).toEqual([
    "   █           ",
    " ▁▄██▂         ",
    "−2 ─── 0 ──── 2",
  ]);
});

test("half blocks where there are no others, and plain ASCII", () => {
  const block = drawHistogram({ ...spec, glyphs: "block" });
  const ascii = drawHistogram({ ...spec, glyphs: "ascii" });

  expect(lineText(block[1] ?? [])).toBe(" ▄▄██▄         ");
  expect(lineText(ascii[0] ?? [])).toBe("   #           ");
  expect(lineText(ascii[1] ?? [])).toBe(" ..##.         ");
});

test("a count that is not zero can be seen, and none at all draws nothing", () => {
  const rare = drawHistogram({ ...spec, counts: [1, 1_000_000] });
  const none = drawHistogram({ ...spec, counts: [0, 0, 0] });

  expect(lineText(rare[1] ?? [])).toBe("▁█");
  expect(none.slice(0, 2).map(lineText)).toEqual(["   ", "   "]);
});

test("every line is as wide as there are bins", () => {
  for (let bins = 1; bins <= 120; bins++) {
    const counts = Array.from({ length: bins }, (_, i) => i);
    const widths = drawHistogram({ ...spec, counts, range: 1e-7 }).map(lineWidth);
    expect(widths).toEqual([bins, bins, bins]);
  }
});
