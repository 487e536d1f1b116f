import { z } from "zod";
import { otherwise } from "./describe-issue.ts";
import { isDuration, millisecondsOf, spelled } from "./duration.ts";

const EXPECTED = "expected a duration like 30s, 5m or 1h30m";

/** A duration; each has one spelling, with the largest units that fit. */
export function duration(): z.ZodType<string> {
  return z
    .string({ error: otherwise(EXPECTED) })
    .refine(isDuration, EXPECTED)
    .refine((text) => !isDuration(text) || millisecondsOf(text) >= 1, "must be longer than nothing")
    .transform((text) => spelled(millisecondsOf(text)));
}
