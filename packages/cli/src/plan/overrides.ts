/** What the command line changes in a config, and the text by which a store keeps it. */
import { ORDERS, type Overrides, readSeeds, SeedsError } from "@ablate/runner";
import type { Seed } from "@ablate/store";
import { readNumber } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";

/** What makes other runs of a config; which of them are planned, and when they are trained, is not among it. */
type Changes = Omit<Overrides, "mostRuns" | "sample" | "order">;

/** Returns what the command line changes in a config. */
export function overridesOf(flags: Flags): Changes {
  return {
    set: flags.texts("set"),
    steps: flags.count("steps", 1),
    seeds: seeds(flags.text("seeds")),
    engine: flags.text("engine"),
  };
}

/** Returns how many runs of a config the command line asks for, and in which order. */
export function samplingOf(flags: Flags): Pick<Overrides, "sample" | "order"> {
  return { sample: sampleOf(flags.text("sample")), order: flags.choice("order", ORDERS) };
}

function sampleOf(text: string | undefined): Overrides["sample"] {
  if (text === undefined || text === "all") return text;
  const value = readNumber(text);
  if (value !== null && Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--sample takes a number of runs, at least 1, or all, not "${text}"`);
}

/** Writes changes as JSON, without what is not given; a store keeps them with a plan. */
export function changesText({ set = [], ...others }: Changes): string {
  return JSON.stringify(set.length === 0 ? others : { set, ...others });
}

/** Reads changes back; undefined where a store has what `changesText` does not write. */
export function readChanges(text: string): Changes | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const found = new Map<string, unknown>(Object.entries(value));
  const [set, steps, seeds, engine] = ["set", "steps", "seeds", "engine"].map((key) =>
    found.get(key),
  );
  if (!isListOf(set, isText) || !isListOf(seeds, isSeed)) return undefined;
  if (!isMissingOr(steps, isNumber) || !isMissingOr(engine, isText)) return undefined;
  return { set, steps, seeds, engine };
}

type Test<T> = (value: unknown) => value is T;

const isText: Test<string> = (value) => typeof value === "string";
const isSeed: Test<Seed> = (value) => isNumber(value) || isText(value);
const isNumber: Test<number> = (value) => typeof value === "number";

function isMissingOr<T>(value: unknown, test: Test<T>): value is T | undefined {
  return value === undefined || test(value);
}

function isListOf<T>(value: unknown, test: Test<T>): value is readonly T[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every(test));
}

function seeds(text: string | undefined): readonly Seed[] | undefined {
  if (text === undefined) return undefined;
  try {
    return readSeeds(text);
  } catch (error) {
    if (error instanceof SeedsError) throw new UsageError(`--seeds ${error.message}`);
    throw error;
  }
}
