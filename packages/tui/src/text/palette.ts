/** The fixed part of the palette of 256: a cube of colours from 16 on, then 24 greys. */
import { paletteColour } from "@ablate/text";

type Rgb = readonly [red: number, green: number, blue: number];

const FIRST = 16;
const FIRST_GREY = 232;
const GREYS = 24;

/** How much of a mixed colour is the background's. */
const BACKGROUND = 0.35;

const MIXED = new Map<string, number>();

/** Returns the colour of the palette that is nearest to a mixture with a background of one grey level. */
export function mixed(colour: number, background: number): number {
  const key = `${colour} ${background}`;
  const known = MIXED.get(key);
  if (known !== undefined) return known;
  const [red, green, blue] = paletteColour(colour).map(
    (level) => level * (1 - BACKGROUND) + background * BACKGROUND,
  );
  const found = nearest([red ?? 0, green ?? 0, blue ?? 0]);
  MIXED.set(key, found);
  return found;
}

function nearest(wanted: Rgb): number {
  const all = Array.from({ length: FIRST_GREY + GREYS - FIRST }, (_, i) => FIRST + i);
  const distance = (colour: number): number =>
    paletteColour(colour).reduce((sum, level, i) => sum + (level - (wanted[i] ?? 0)) ** 2, 0);
  return all.reduce((best, one) => (distance(one) < distance(best) ? one : best), FIRST);
}
