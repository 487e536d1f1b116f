/** Numbers and names as a page sets them: with a true minus, and an en dash for what is unknown. */
import {
  count as countText,
  decimalsThatDiffer,
  firstOf,
  listed as listedInFull,
  percent as percentText,
  roundedToError,
  shortNumber,
} from "@ablate/text";

const UNKNOWN = "–";

type Maybe = number | null | undefined;

function isKnown(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Writes a number with so many decimals and more if asked, a very large one as a power of ten. */
export function fixed(value: Maybe, decimals: number, more = 0): string {
  if (!isKnown(value)) return UNKNOWN;
  if (Math.abs(value) >= 1e6)
    return value
      .toExponential(1 + more)
      .replace("e+", "e")
      .replace("-", "−");
  const text = Math.abs(value).toFixed(decimals + more);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** Writes a loss in nats. */
export function nats(value: Maybe): string {
  return fixed(value, 4);
}

/** Makes a function that writes the numbers of a column with so many decimals, more where two would read the same. */
export function fixedTexts(values: Iterable<Maybe>, decimals = 4): (value: Maybe) => string {
  return decimalsThatDiffer(values, (value, more) => fixed(value, decimals, more));
}

/** Writes a whole number with separators. */
export function count(value: Maybe): string {
  return isKnown(value) ? countText(value) : UNKNOWN;
}

/** Writes a share as a percentage, with one decimal below 10 %. */
export function percent(share: Maybe): string {
  if (!isKnown(share)) return UNKNOWN;
  return share === 0 ? "0 %" : percentText(share);
}

/** Writes a number of any size in three digits, whole parts in full below 100,000: 0.0314, 4.2e−5. */
export function scaled(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN;
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-3 && size < 1e5);
  const text = isPlain ? shortNumber(value, 3) : value.toExponential(1).replace("e+", "e");
  return text.replaceAll("-", "−");
}

type MeanStd = { readonly mean: Maybe; readonly std: Maybe };

/** Writes a number rounded to its error, which follows it, as in 25.4 ± 1.0. */
export function errorText(value: number, error: Maybe): string {
  const rounded = roundedToError(value, error ?? null);
  const text = rounded.error === null ? rounded.mean : `${rounded.mean} ± ${rounded.error}`;
  return isKnown(value) ? text.replaceAll("-", "−") : UNKNOWN;
}

/** Writes a mean rounded to its standard deviation. */
export function meanErrorText(moments: MeanStd | undefined): string {
  return errorText(moments?.mean ?? Number.NaN, moments?.std);
}

/** Begins a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Writes a mean with its standard deviation, where there is more than one value. */
export function meanStdText(one: MeanStd, decimals = 4): string {
  return meanStdTexts([one], decimals)(one);
}

/** Makes a function that does so for a column, in which different means never read the same. */
export function meanStdTexts(all: Iterable<MeanStd>, decimals = 4): (one: MeanStd) => string {
  const meanText = fixedTexts(
    [...all].map(({ mean }) => mean),
    decimals,
  );
  return ({ mean, std }) =>
    isKnown(std) ? `${meanText(mean)} ± ${fixed(std, decimals)}` : meanText(mean);
}

/** Nobody reads more names than this. */
const MOST_LISTED = 8;

/** Lists names as a sentence does: `a, b and c`; of many the first, and how many more. */
export function listed(names: readonly string[]): string {
  return names.length > MOST_LISTED + 1 ? firstOf(names, MOST_LISTED) : listedInFull(names);
}

/** Names groups, a report's all of them in two words. */
export function groupsText(names: readonly string[], groups: number, all = "all groups"): string {
  return names.length === groups && groups > 3 ? all : listed(names);
}

/** Makes a sentence about names; none where there are none. */
export function about(
  names: readonly string[],
  sentence: (names: string) => string,
): readonly string[] {
  return names.length === 0 ? [] : [sentence(listed(names))];
}
