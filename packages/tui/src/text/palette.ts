/** The fixed part of the palette of 256: a cube of colours from 16 on, then 24 greys. */

type Rgb = readonly [red: number, green: number, blue: number];

/** Levels of red, green and blue in the cube. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

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
  const [red, green, blue] = rgbOf(colour).map(
    (level) => level * (1 - BACKGROUND) + background * BACKGROUND,
  );
  const found = nearest([red ?? 0, green ?? 0, blue ?? 0]);
  MIXED.set(key, found);
  return found;
}

/** Returns red, green and blue of a colour from 16 to 255. */
function rgbOf(colour: number): Rgb {
  if (colour >= FIRST_GREY) {
    const grey = 8 + 10 * (colour - FIRST_GREY);
    return [grey, grey, grey];
  }
  const at = colour - FIRST;
  const level = (step: number): number => LEVELS[Math.floor(at / step) % LEVELS.length] ?? 0;
  return [level(36), level(6), level(1)];
}

function nearest(wanted: Rgb): number {
  const all = Array.from({ length: FIRST_GREY + GREYS - FIRST }, (_, i) => FIRST + i);
  const distance = (colour: number): number =>
    rgbOf(colour).reduce((sum, level, i) => sum + (level - (wanted[i] ?? 0)) ** 2, 0);
  return all.reduce((best, one) => (distance(one) < distance(best) ? one : best), FIRST);
}
