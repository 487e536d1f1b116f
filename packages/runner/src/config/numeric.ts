/** Numbers as a config may write them: `0.1`, `3e6`, `200_000`, `5/3`, `1/sqrt(10)`. */

import { NUMBER_PATTERN, readNumber } from "@ablate/text";
import { z } from "zod";
import { shorthand } from "./shorthand.ts";

export function finite(): z.ZodType<number> {
  return fraction(z.number());
}

export function nonNegative(): z.ZodType<number> {
  return fraction(z.number().min(0));
}

export function positive(limits: { readonly max?: number } = {}): z.ZodType<number> {
  const number = z.number().gt(0);
  return fraction(limits.max === undefined ? number : number.max(limits.max));
}

export function integer({
  min,
  max,
}: {
  readonly min: number;
  readonly max: number;
}): z.ZodType<number> {
  return fraction(z.int().min(min).max(max));
}

/** A seed: PyTorch's generator takes it modulo 2^32. */
export function seed(): z.ZodType<number> {
  return integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** A number that YAML takes for text. A quoted `"3"` is none: who writes quotes means text. */
const WRITTEN = new RegExp(`^(?=.*[_/(])${NUMBER_PATTERN.source}`);

const QUOTIENT = z
  .string()
  .regex(WRITTEN)
  .meta({ patternErrorMessage: "expected a number, or a fraction such as 5/3" });

function fraction(number: z.ZodType<number>): z.ZodType<number> {
  return shorthand(number, { short: QUOTIENT, expand: asNumber });
}

/** Reads a number that YAML takes for text, such as `5/3`; leaves anything else as it is. There is one zero. */
export function asNumber(value: unknown): unknown {
  if (value === 0) return 0;
  return typeof value === "string" && WRITTEN.test(value) ? (readNumber(value) ?? value) : value;
}
