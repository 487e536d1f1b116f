import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
  wcagLuminance,
} from "culori";
import { openSync } from "fontkit";
import { expect, test } from "vitest";
import { fontFile } from "../src/font.ts";
import { MOST_SHOWN, paperLook, textWidth } from "../src/index.ts";

const PLACES = Array.from({ length: MOST_SHOWN }, (_, place) => place);

const BLACK = { mode: "rgb", r: 0, g: 0, b: 0 } as const;

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [a, b]
    .map((color) => wcagLuminance(color) + 0.05)
    .sort((x, y) => x - y);
  return high / low;
}

test.each([false, true])(
  "lines are seen on white, neighbours told apart in grey (isGrey: %s)",
  (isGrey) => {
    const { colorAt, strokeAt, guide } = paperLook({ isGrey });

    for (const place of PLACES) {
      expect(contrast(colorAt(place), "#ffffff")).toBeGreaterThan(3);
      expect(contrast(colorAt(place), colorAt(place + 1))).toBeGreaterThan(2);
    }
    expect(contrast(guide.color, "#ffffff")).toBeGreaterThan(3);
    expect(new Set(PLACES.map((place) => strokeAt(place).dash.join(" "))).size).toBe(MOST_SHOWN);
  },
);

test("the colour-blind tell colours apart", () => {
  const { colorAt } = paperLook({ isGrey: false });
  const difference = differenceCiede2000();
  const seen = [filterDeficiencyProt(1), filterDeficiencyDeuter(1), filterDeficiencyTrit(1)];

  for (const see of seen) {
    const colors = PLACES.map((place) => see(parse(colorAt(place)) ?? BLACK));
    for (const [i, one] of colors.entries())
      for (const other of colors.slice(i + 1)) expect(difference(one, other)).toBeGreaterThan(7);
  }
});

test("the widths of letters are those of the font", () => {
  const font = openSync(fontFile());
  const text = "log10 update:data ~ {W} of “hidden1.weight”";

  const set =
    "layout" in font ? (12 * font.layout(text, { kern: false }).advanceWidth) / font.unitsPerEm : 0;

  expect(textWidth(text, 12) / set).toBeCloseTo(1, 1);
});
