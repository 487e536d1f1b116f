/** Schemas that several parts of a message share. */
import type { Rule, Thresholds } from "@ablate/core";
import { isRule, RULES, THRESHOLDS } from "@ablate/core";
import { z } from "zod";

/** A schema of every key of a type: one that is missing, or of another type, does not compile. */
export type Shape<T> = { readonly [Key in keyof T]-?: z.ZodType<T[Key]> };

/** What was measured: it need not be finite. */
export const measured: z.ZodType<number> = z.custom<number>(
  (value) => typeof value === "number",
  "expected a number",
);

export const finite: z.ZodType<number> = z.number();

export const count: z.ZodType<number> = z.int().min(0);

export const positive: z.ZodType<number> = z.int().min(1);

export const text: z.ZodType<string> = z.string();

export const flag: z.ZodType<boolean> = z.boolean();

export const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

export const floats: z.ZodType<Float32Array> = z.instanceof(Float32Array);

export const doubles: z.ZodType<Float64Array> = z.instanceof(Float64Array);

export const rule: z.ZodType<Rule> = z.custom<keyof typeof RULES>(
  (value) => typeof value === "string" && isRule(value),
  `expected a rule, such as ${Object.keys(RULES).slice(0, 2).join(" or ")}`,
);

export const thresholds: z.ZodType<Thresholds> = z.custom<Thresholds>(
  areThresholds,
  "expected a number for every threshold and for nothing else",
);

function areThresholds(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const numbers = Object.entries(value);
  return (
    numbers.length === Object.keys(THRESHOLDS).length &&
    numbers.every(([name, number]) => Object.hasOwn(THRESHOLDS, name) && Number.isFinite(number))
  );
}
