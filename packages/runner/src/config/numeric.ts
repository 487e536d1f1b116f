/** Numbers as a config may write them: `0.1`, `3e6`, `5/3`. */
import { z } from "zod";
import { FRACTION, readNumber } from "./number.ts";
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

const QUOTIENT = z
  .string()
  .regex(FRACTION)
  .meta({ patternErrorMessage: "expected a number, or a fraction such as 5/3" });

function fraction(number: z.ZodType<number>): z.ZodType<number> {
  return shorthand(number, { short: QUOTIENT, expand: readNumber });
}
