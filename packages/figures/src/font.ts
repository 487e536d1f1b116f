/** The font of figures: DejaVu Sans, which has Greek, Cyrillic and the signs of mathematics. */
import { assetFile } from "@ablate/assets";

export const FONT_FAMILY = "DejaVu Sans";

/** Returns the path of the font's file. */
export function fontFile(): string {
  return assetFile("font");
}

/** How wide the characters from the space to the tilde are, in thousandths of the size. */
const WIDTHS: readonly number[] = [
  ...[318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337],
  ...[636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531],
  ...[1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787],
  ...[603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500],
  ...[500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612],
  ...[635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838],
];

/** Others that names have often: what cuts them, joins settings and stands in numbers. */
const SIGNS: Readonly<Record<string, number>> = {
  ...{ "…": 1000, "·": 318, "→": 838, "−": 838, "×": 838, "±": 838, "“": 518, "”": 518 },
};

const OTHER = 640;

/** Returns how wide a text is set in the font of figures, without loading it; other letters are taken for usual ones. */
export function textWidth(text: string, size: number): number {
  const widths = [...text].map(
    (letter) => WIDTHS[letter.charCodeAt(0) - 32] ?? SIGNS[letter] ?? OTHER,
  );
  return (widths.reduce((sum, width) => sum + width, 0) * size) / 1000;
}
