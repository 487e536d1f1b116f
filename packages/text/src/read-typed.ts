/** Numbers and ranges as people type them into a field: `1,234`, `10k`, `100-300`. */
import { readNumber } from "./read-number.ts";

const THOUSANDS = /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const MULTIPLE = /^(.*\d\.?)([kKmM])$/;
const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };

/** Returns the number that a text is, or null: `1,234`, `10k`, `2M` and `−3` beside those of `readNumber`. */
export function readTyped(text: string): number | null {
  const plain = text.trim().replace("−", "-");
  const [, digits, sign = ""] = MULTIPLE.exec(plain) ?? [];
  if (digits !== undefined) {
    const value = readTyped(digits);
    return value === null ? null : value * (MULTIPLES[sign.toLowerCase()] ?? 1);
  }
  return readNumber(THOUSANDS.test(plain) ? plain.replaceAll(",", "") : plain);
}

/** What may stand between the ends of a range. */
const BETWEEN = /\s*(?:\.\.+|…|–|-|:|\bto\b)\s*|\s+/g;

/** Returns the ends of a range such as `100-300`, null for one that is left open, or null where a text is none. */
export function readRange(
  text: string,
): { readonly low: number | null; readonly high: number | null } | null {
  const plain = text.trim().replaceAll("−", "-");
  for (const found of plain.matchAll(BETWEEN)) {
    const [before, after] = [
      plain.slice(0, found.index),
      plain.slice(found.index + found[0].length),
    ];
    const [low, high] = [before, after].map((end) => (end === "" ? null : readTyped(end)));
    const isRead = (end: string, value: number | null | undefined) => end === "" || value !== null;
    if (low === undefined || high === undefined || (low === null && high === null)) continue;
    if (!isRead(before, low) || !isRead(after, high)) continue;
    return low !== null && high !== null && low > high ? { low: high, high: low } : { low, high };
  }
  return null;
}
