/** Schemas of the values of a config: numbers such as `0.1`, `3e6`, `200_000`, `5/3`, durations, short forms. */

import type { Seed } from "@ablate/store";
import { NUMBER_PATTERN, readDuration, readNumber, spellDuration } from "@ablate/text";
import { z } from "zod";
import { describeIssue, otherwise, show } from "./describe-issue.ts";

/** More steps than anybody trains; a number beyond is a slip. */
export const MAX_STEPS = 1e9;

export function finite(): z.ZodType<number> {
  return fraction(z.number());
}

export function nonNegative(): z.ZodType<number> {
  return fraction(z.number().min(0));
}

export function positive(max?: number): z.ZodType<number> {
  const number = z.number().gt(0);
  return fraction(max === undefined ? number : number.max(max));
}

/** A share of all, which is never all. */
export function share(): z.ZodType<number> {
  return fraction(z.number().min(0).lt(1));
}

export function integer(min: number, max: number): z.ZodType<number> {
  return fraction(z.int().min(min).max(max));
}

/** A number that YAML takes for text. A quoted `"3"` is none: who writes quotes means text. */
const WRITTEN = new RegExp(`^(?=.*[_/(])${NUMBER_PATTERN.source}`);

/** A value that stands for that of another key, as `${train.lr}`. */
export const REFERENCE: RegExp = /^\$\{([^{}]*)\}$/;

/** A number as text, for editors. */
export const QUOTIENT: z.ZodType<string> = z
  .string()
  .regex(WRITTEN)
  .meta({ patternErrorMessage: "expected a number, or a fraction such as 5/3" });

const FRACTION_OR_KEY = z
  .string()
  .regex(new RegExp(`${WRITTEN.source}|${REFERENCE.source}`))
  .meta({ patternErrorMessage: `expected a number, a fraction such as 5/3, or a \${KEY}` });

/** What PyTorch takes for a seed; its generator takes the low 32 bits. */
const [LEAST_SEED, MOST_SEED] = [-(2n ** 63n), 2n ** 64n - 1n];

/** A seed: a number, or its digits where a number does not hold it. */
export const seed: z.ZodType<Seed> = z
  .unknown()
  .transform((value, context): Seed => {
    const exact = exactInteger(value);
    const got = `got ${show(value)}`;
    if (exact === null)
      context.addIssue({ code: "custom", message: `expected a whole number, ${got}` });
    else if (exact < LEAST_SEED || exact > MOST_SEED) {
      const message = `must be from -2^63 to 2^64 - 1, as PyTorch's seeds are, ${got}`;
      context.addIssue({ code: "custom", message });
    } else return isSafe(exact) ? Number(exact) : String(exact);
    return z.NEVER;
  })
  .meta({
    forms: [
      z.number().multipleOf(1).min(Number(LEAST_SEED)).max(Number(MOST_SEED)),
      z.string().regex(/^-?\d{16,20}$/),
      QUOTIENT,
    ],
    title: "whole number, -2^63 to 2^64 - 1",
  });

/** Returns a whole number in full; null for anything else. A text is one where a number does not hold it. */
export function exactInteger(value: unknown): bigint | null {
  if (typeof value === "bigint") return value;
  const plain = typeof value === "string" ? value.replaceAll("_", "") : "";
  if (/^-?\d+$/.test(plain) && (plain !== value || !isSafe(BigInt(plain)))) return BigInt(plain);
  const number = asNumber(value);
  return typeof number === "number" && Number.isInteger(number) ? BigInt(number) : null;
}

/** Whether a number holds a whole number and the next ones. */
export function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

/** Says what a key means and shows a value of it, for editors and for docs/config.md. */
export function about<T extends z.ZodType>(schema: T, description: string, example: unknown): T {
  return schema.meta({ ...schema.meta(), description, examples: [example] });
}

function fraction(number: z.ZodType<number>): z.ZodType<number> {
  return shorthand(number, FRACTION_OR_KEY, asNumber);
}

/** Reads a number that YAML takes for text, such as `5/3`; leaves anything else as it is. There is one zero. */
export function asNumber(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && WRITTEN.test(value) ? (readNumber(value) ?? value) : value;
}

/**
 * A value that may also be written in a short form.
 *
 * @param short - the short form, for who reads the definition: the JSON Schema and the documentation
 * @param expand - makes the full form of it, and leaves everything else as it is
 */
export function shorthand<T>(
  full: z.ZodType<T>,
  short: z.ZodType,
  expand: (value: unknown) => unknown,
): z.ZodType<T> {
  return z.preprocess(expand, full).meta({ short });
}

/**
 * A value of one of several forms, which is told by looking at it: what is wrong is then said of that form.
 *
 * @param forms - all of them, for editors
 */
export function either<T>(
  forms: readonly z.ZodType[],
  pick: (value: unknown) => z.ZodType<T>,
): z.ZodType<T> {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = pick(value).safeParse(value, { error: describeIssue, reportInput: true });
      if (result.success) return result.data;
      const issues: unknown[] = context.issues;
      issues.push(...result.error.issues);
      return z.NEVER;
    })
    .meta({ forms });
}

/** Makes a map of a number that is written alone; leaves everything else as it is. */
export function numberAt(key: string): (value: unknown) => unknown {
  return (value) => (Number.isFinite(asNumber(value)) ? { [key]: value } : value);
}

/** Makes a map of a name that is written alone; leaves everything else as it is. */
export function namedBy(key: string): (value: unknown) => unknown {
  return (value) => (typeof value === "string" ? { [key]: value } : value);
}

/** The short form of a schema that has one. */
export function shortFormOf(schema: z.core.$ZodType): z.ZodType | null {
  const short = z.globalRegistry.get(schema)?.short;
  return short instanceof z.ZodType ? short : null;
}

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
