import { THRESHOLDS, type ThresholdChanges } from "@ablate/core";
import { closest, readNumber } from "@ablate/text";
import { UsageError } from "./command-line/errors.ts";

const PREFIX = "thresholds.";

/** The thresholds of `--set thresholds.NAME=VALUE`, each given once or more; the last one counts. */
export function thresholdChanges(texts: readonly string[]): ThresholdChanges {
  const lists = texts.flatMap((text) => text.split(","));
  return Object.fromEntries(lists.map(readChange));
}

function readChange(text: string): readonly [string, number] {
  const [key = "", written = ""] = text.split(/=(.*)/s).map((part) => part.trim());
  const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  if (!Object.hasOwn(THRESHOLDS, name)) {
    const names = Object.keys(THRESHOLDS);
    const guess = closest(name, names);
    const hint = guess === null ? `there are ${names.join(", ")}` : `did you mean ${guess}?`;
    throw new UsageError(`--set: there is no threshold "${name}"; ${hint}`);
  }
  const value = readNumber(written);
  if (value === null || value <= 0) {
    throw new UsageError(`--set ${key} takes a number above 0, not "${written}"`);
  }
  return [name, value];
}
