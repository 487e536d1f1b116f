/** How many of a grid's runs are planned, chosen at random, and in which order they are trained. */
import type { Seed } from "@ablate/store";
import { z } from "zod";
import { show } from "./describe-issue.ts";
import { asNumber, either, QUOTIENT, seed } from "./value-schemas.ts";

/** A random subset of a grid. */
export type Sample = {
  readonly runs: number | "all";
  /** Which subset, and which random order. */
  readonly seed: Seed;
};

export const ORDERS = ["config", "random"] as const;
export type Order = (typeof ORDERS)[number];

/** The seed of a sample that gives none. */
const USUAL_SEED = 42;

const EXPECTED = "expected a whole number of runs, at least 1, or all";

const runs = z
  .unknown()
  .transform((value, context): Sample["runs"] => {
    const number = asNumber(value);
    if (value === "all") return value;
    if (typeof number === "number" && Number.isSafeInteger(number) && number >= 1) return number;
    context.addIssue({ code: "custom", message: `${EXPECTED}, got ${show(value)}` });
    return z.NEVER;
  })
  .meta({ forms: [z.literal("all"), z.int().min(1), QUOTIENT] });

const whole = z.strictObject({ runs: runs.prefault("all"), seed: seed.prefault(USUAL_SEED) });
const short = runs.transform((number): Sample => ({ runs: number, seed: USUAL_SEED }));

/** The value of `sample`: a number of runs, or a map of it and a seed. */
export const sampleSchema: z.ZodType<Sample> = either<Sample>([runs, whole], (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? whole : short,
);
