/** Numbers as a config may write them: `0.1`, `3e6`, `5/3`. */
import { z } from "zod";
import { readNumber } from "./number.ts";

export function finite(): z.ZodType<number> {
  return z.preprocess(readNumber, z.number());
}

export function nonNegative(): z.ZodType<number> {
  return z.preprocess(readNumber, z.number().min(0));
}

export function positive(limits: { readonly max?: number } = {}): z.ZodType<number> {
  return z.preprocess(
    readNumber,
    z
      .number()
      .gt(0)
      .max(limits.max ?? Number.MAX_VALUE),
  );
}

export function integer({
  min,
  max,
}: {
  readonly min: number;
  readonly max: number;
}): z.ZodType<number> {
  return z.preprocess(readNumber, z.int().min(min).max(max));
}

/** A seed: PyTorch's generator takes it modulo 2^32. */
export function seed(): z.ZodType<number> {
  return integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
}
