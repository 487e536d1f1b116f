/** The colours of runs and groups, in terminals, reports and figures. */

/**
 * Places of the palette of 256, by hue, for a dark and for a light background. They were chosen by a search for those that
 * differ most, to all eyes, among the ones that stand out from usual backgrounds and that nobody takes for a verdict: no
 * vivid red, orange, yellow or green.
 */
export const SERIES_COLOURS: readonly (readonly [dark: number, light: number])[] = [
  [137, 58],
  [36, 25],
  [218, 126],
  [223, 95],
  [106, 65],
  [75, 32],
  [50, 30],
  [81, 23],
  [30, 19],
  [192, 100],
  [144, 92],
  [230, 97],
  [135, 99],
  [159, 165],
  [103, 53],
  [199, 132],
];

/** Which of the colours at a place: its own, or the shade of what would else have the same beside it. */
export type ColourShade = 0 | 1;

/** Returns the colour at a place as `#rrggbb`, for a dark or a light background. */
export function seriesColour(
  place: number,
  background: "dark" | "light",
  shade: ColourShade = 0,
): string {
  const pair = SERIES_COLOURS[place % SERIES_COLOURS.length] ?? [0, 0];
  const own = paletteColour(pair[background === "dark" ? 0 : 1]);
  const channels = shade === 0 ? own : shaded(own, background);
  return `#${channels.map((level) => Math.round(level).toString(16).padStart(2, "0")).join("")}`;
}

type Channels = readonly [red: number, green: number, blue: number];

/** How light a colour must be, from 0 to 1, for its shade to be a darker one, and how much of that is white or black. */
const SHADES = {
  light: { from: 0.28, white: 0.38, black: 0.5 },
  dark: { from: 0.6, white: 0.5, black: 0.42 },
} as const;

function shaded(own: Channels, background: "dark" | "light"): readonly number[] {
  const { from, white, black } = SHADES[background];
  const [red, green, blue] = own;
  const isLight = (0.299 * red + 0.587 * green + 0.114 * blue) / 255 >= from;
  const [level, share] = isLight ? [0, black] : [255, white];
  return own.map((channel) => channel * (1 - share) + level * share);
}

/** Levels of red, green and blue in the cube of colours of the palette of 256; 24 greys follow it. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;
const FIRST = 16;
const FIRST_GREY = 232;

/** Returns red, green and blue of a colour of the palette of 256, from 16 on. */
export function paletteColour(place: number): Channels {
  if (place >= FIRST_GREY) {
    const grey = 8 + 10 * (place - FIRST_GREY);
    return [grey, grey, grey];
  }
  const at = place - FIRST;
  const level = (step: number): number => LEVELS[Math.floor(at / step) % LEVELS.length] ?? 0;
  return [level(36), level(6), level(1)];
}
