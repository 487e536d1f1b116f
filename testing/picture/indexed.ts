/** Pictures as numbers of a palette of at most 255 colours. */
import type { Picture } from "./draw.ts";

/** A colour as one number: 0xrrggbb. */
type Colour = number;

export type Indexed = {
  readonly palette: readonly Colour[];
  /** Of every picture, the place of each pixel's colour in the palette. */
  readonly images: readonly Uint8Array[];
};

/** One place of the 256 is left for what is transparent. */
const COLOURS = 255;

/** Keeps the most frequent colours of all pictures; what is rarer becomes the nearest of them. */
export function indexed(pictures: readonly Picture[], most: number = COLOURS): Indexed {
  const counts = new Map<Colour, number>();
  for (const picture of pictures) {
    for (const colour of coloursOf(picture)) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = byCount.slice(0, most);
  const places = new Map(
    byCount.map((colour, i) => [colour, i < most ? i : nearest(palette, colour)]),
  );
  const images = pictures.map((picture) => {
    const image = new Uint8Array(picture.width * picture.height);
    let at = 0;
    for (const colour of coloursOf(picture)) image[at++] = places.get(colour) ?? 0;
    return image;
  });
  return { palette, images };
}

function* coloursOf({ pixels }: Picture): Generator<Colour> {
  for (let i = 0; i < pixels.length; i += 4) {
    yield ((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0);
  }
}

function nearest(palette: readonly Colour[], colour: Colour): number {
  let best = 0;
  for (const [i, one] of palette.entries()) {
    if (distance(one, colour) < distance(palette[best] ?? 0, colour)) best = i;
  }
  return best;
}

function distance(a: Colour, b: Colour): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return red * red + green * green + blue * blue;
}
