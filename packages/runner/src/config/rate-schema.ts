/** `train.lr`: a rate, rates by step, or a curve. */
import type { Schedule } from "@ablate/core";
import { readNumber } from "@ablate/text";
import { z } from "zod";
import { isRecord } from "./canonical-json.ts";
import { otherwise } from "./describe-issue.ts";
import { about, either, integer, MAX_STEPS, nonNegative, numberAt } from "./value-schemas.ts";

/** Rates by the first step at which they apply; has step 0. */
export type StepRates = Readonly<Record<string, number>>;

const CURVES = ["constant", "linear", "cosine", "exponential", "one_cycle"] as const;

/** From `from` to `rate` during `warmup` steps, then along `then` to `to` at step `steps`. */
export type RateCurve = {
  readonly rate: number;
  readonly warmup: number;
  readonly from: number;
  readonly then: (typeof CURVES)[number];
  readonly steps: number;
  readonly to: number;
};

/** A curve without what is the same whatever it says, as a resolved config has it. */
export type RateConfig = StepRates | (Pick<RateCurve, "rate" | "then"> & Partial<RateCurve>);

const A_STEP = "expected a step, a whole number from 0";

/** Digits of a step at most; there is no run of so many. */
const STEP = /^(0|[1-9]\d{0,9})$/;

const WHAT = "expected a rate or a map of step to rate";

const stepRates = z
  .record(
    z
      .string()
      .refine((step) => STEP.test(stepText(step)), A_STEP)
      // For editors, which know no other way to write a number as a key.
      .meta({ pattern: STEP.source }),
    nonNegative(),
    { error: otherwise(WHAT) },
  )
  .superRefine((byStep, context) => {
    const firsts = new Set<string>();
    for (const step of Object.keys(byStep)) {
      const message = `step ${stepText(step)} is given twice`;
      if (firsts.has(stepText(step))) context.addIssue({ code: "custom", path: [step], message });
      firsts.add(stepText(step));
    }
  })
  .transform(
    (byStep): StepRates =>
      Object.fromEntries(Object.entries(byStep).map(([step, rate]) => [stepText(step), rate])),
  )
  .refine((byStep) => Object.hasOwn(byStep, "0"), { error: "has no rate for step 0" });

const curve = z.strictObject({
  rate: about(
    nonNegative().optional().meta({ otherwise: "as `train.lr`" }),
    "the largest rate",
    0.01,
  ),
  warmup: about(
    integer(0, MAX_STEPS).default(0),
    "number of steps from the rate `from` to `rate`",
    500,
  ),
  from: about(nonNegative().default(0), "the rate at step 0, if there is a warm-up", 0.001),
  then: about(
    z.enum(CURVES).default("constant"),
    "shape of the curve from `rate` to `to`",
    "cosine",
  ),
  steps: about(
    integer(1, MAX_STEPS).optional().meta({ otherwise: "`train.steps`" }),
    "the step at which the rate reaches `to`; it stays there",
    2000,
  ),
  to: about(nonNegative().default(0), "the final rate; for `exponential` above 0", 1e-4),
});

export const CURVE_SETTINGS: z.ZodObject = curve;

/** A curve as it is written: `completeRates` knows the rest. */
type WrittenCurve = Omit<RateCurve, "rate" | "steps"> & {
  readonly rate?: number | undefined;
  readonly steps?: number | undefined;
};

export type WrittenRates = StepRates | WrittenCurve;

/** A map is one of steps unless a key of a curve is in it. */
export const writtenRates: z.ZodType<WrittenRates> = either<WrittenRates>(
  [stepRates, curve],
  (value) =>
    isRecord(value) && Object.keys(value).some((key) => key in curve.shape) ? curve : stepRates,
);

/** A schedule as it is written; `scheduleOf` completes it. */
export const rates: z.ZodType<WrittenRates> = z
  .preprocess(numberAt("0"), writtenRates)
  .meta({ forms: [nonNegative(), stepRates, curve] });

/** What a curve is completed by, and where its problems belong. */
type Completing = {
  readonly usualRate: number;
  readonly steps: number;
  readonly complain: (key: string, message: string) => void;
};

/** Completes a schedule: a curve has all its settings. */
export function completeRates(
  written: WrittenRates,
  { usualRate, steps: trained, complain }: Completing,
): StepRates | RateCurve {
  if (!isCurve(written)) return written;
  const { rate = usualRate, steps = trained, ...rest } = written;
  const { warmup, then, to } = rest;
  if (then !== "constant" && steps <= warmup) {
    complain("steps", `must be above the warm-up's ${warmup}, got ${steps}`);
  }
  if (then === "exponential" && to === 0) complain("to", "exponential needs a rate above 0, got 0");
  if (then === "exponential" && rate === 0)
    complain("rate", "exponential needs a rate above 0, got 0");
  return { rate, steps, ...rest };
}

/** Whether a schedule is a curve; of what is written too. */
export function isCurve<C extends object>(value: StepRates | C): value is C {
  return "then" in value;
}

/** Leaves of a schedule what has no effect, so that the same rates are the same text. */
export function briefRates(full: StepRates | RateCurve): RateConfig {
  if (!isCurve(full)) return full;
  const { rate, warmup, from, steps, to } = full;
  const then = full.then === "one_cycle" && warmup === 0 ? "cosine" : full.then;
  if (warmup === 0 && then === "constant") return { 0: rate };
  return {
    rate,
    ...(warmup === 0 ? {} : { warmup, from }),
    then,
    ...(then === "constant" ? {} : { steps, to }),
  };
}

/** Returns a schedule of core's: rates by step are sorted. */
export function rateSchedule(config: RateConfig): Schedule {
  if (isCurve(config)) {
    const { warmup = 0 } = config;
    return { warmup, from: 0, steps: warmup + 1, to: config.rate, ...config };
  }
  return Object.entries(config)
    .map(([step, rate]) => ({ step: Number(step), rate }))
    .sort((a, b) => a.step - b.step);
}

/** Returns a step without anything that only writes it otherwise; what is no whole number stays as it is. */
export function stepText(step: string): string {
  const number = readNumber(step);
  return number !== null && Number.isSafeInteger(number) && number >= 0 ? String(number) : step;
}
