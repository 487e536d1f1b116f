import { SERIES_COLOURS } from "@ablate/text";
import { differenceCiede2000, wcagLuminance } from "culori";
import { openSync } from "fontkit";
import { expect, test } from "vitest";
import { fontFile } from "../src/font.ts";
import { groupPlaces, MOST_SHOWN, paperLook, textWidth } from "../src/index.ts";

const PLACES = Array.from({ length: MOST_SHOWN }, (_, place) => place);

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [a, b]
    .map((color) => wcagLuminance(color) + 0.05)
    .sort((x, y) => x - y);
  return high / low;
}

test("without colours lines are seen on white, and neighbours told apart", () => {
  const { colorOf, strokeOf, guide } = paperLook({ isGrey: true });
  const greys = PLACES.map((place) => colorOf({ slot: 0, shade: 0, place }));

  for (const [i, grey] of greys.entries()) {
    expect(contrast(grey, "#ffffff")).toBeGreaterThan(3);
    expect(contrast(grey, greys[(i + 1) % MOST_SHOWN] ?? "")).toBeGreaterThan(2);
  }
  expect(contrast(guide.color, "#ffffff")).toBeGreaterThan(3);
  const dashes = PLACES.map((place) => strokeOf({ slot: 0, shade: 0, place }).dash.join(" "));
  expect(new Set(dashes).size).toBe(MOST_SHOWN);
});

test("a group whose colour another one has is seen in a shade of it", () => {
  const { colorOf } = paperLook({ isGrey: false });
  const difference = differenceCiede2000();

  for (let slot = 0; slot < SERIES_COLOURS.length; slot++) {
    const [own = "", shade = ""] = groupPlaces([slot, slot]).map(colorOf);
    expect(difference(own, shade)).toBeGreaterThan(15);
    for (const color of [own, shade]) expect(contrast(color, "#ffffff")).toBeGreaterThan(3);
  }
});

test("the widths of letters are those of the font", () => {
  const font = openSync(fontFile());
  const text = "log10 update:data ~ {W} of “hidden1.weight”, lr 0.3 · … → −1 ± 2";

  const set =
    "layout" in font ? (12 * font.layout(text, { kern: false }).advanceWidth) / font.unitsPerEm : 0;

  expect(textWidth(text, 12) / set).toBeCloseTo(1, 1);
});
