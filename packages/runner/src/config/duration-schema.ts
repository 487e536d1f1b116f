import { readDuration, spellDuration } from "@ablate/text";
import { z } from "zod";
import { otherwise } from "./describe-issue.ts";

const EXPECTED = "expected a duration like 30s, 5m or 1h30m";

/** A duration; each has one spelling, with the largest units that fit. */
export function duration(): z.ZodType<string> {
  return z
    .string({ error: otherwise(EXPECTED) })
    .refine((text) => readDuration(text) !== null, EXPECTED)
    .refine((text) => readDuration(text) !== 0, "must be longer than nothing")
    .transform((text) => spellDuration(readDuration(text) ?? 0));
}

/** Seconds of a duration that has been checked. */
export function secondsOf(text: string): number {
  return (readDuration(text) ?? Number.NaN) / 1000;
}
