/** Numbers of any size that people type after a flag. */
import { readNumber } from "@ablate/text";
import { UsageError } from "./errors.ts";

/** Returns the number that a text is, or null where it is none that a float32 can hold. */
export function readScale(text: string): number | null {
  const value = readNumber(text);
  return value !== null && Number.isFinite(Math.fround(value)) ? value : null;
}

/** Returns the numbers of a list with their texts; `said` begins the message for a text that is none. */
export function readScales(
  list: string,
  said: string,
): readonly { readonly text: string; readonly scale: number }[] {
  return list.split(",").map((part) => {
    const text = part.trim();
    const scale = readScale(text);
    if (scale !== null) return { text, scale };
    throw new UsageError(`${said}, not "${text}"`);
  });
}
