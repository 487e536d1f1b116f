/** A grid of three and more factors as points: its settings with their means, and its runs. */
import { type ComparedRun, type Factor, factorsOf, importanceOf, shortKey } from "@ablate/store";
import { type Group, outcomeOf, type ReportFacts } from "./facts.ts";
import { type ValueAxis, valueAxis } from "./value-axis.ts";

/** Two factors are said by the lines of one at each value of the other. */
const LEAST_FACTORS = 3;
/** So many lines can be followed, and so many axes stand side by side. */
const MOST_LINES = 250;
const MOST_AXES = 8;
/** Of more settings the best ones and a part of the others are shown. */
const BEST_LINES = 50;

export type SweepFactor = ValueAxis & {
  readonly name: string;
  readonly keys: readonly string[];
};

/** One setting: runs that differ in the seed alone. */
export type SweepSetting = {
  readonly run: ComparedRun;
  /** Null where no run came to a result. */
  readonly mean: number | null;
  readonly lost: number;
};

export type Sweep = {
  /** Those that matter most first. */
  readonly factors: readonly SweepFactor[];
  /** How many more there are. */
  readonly otherFactors: number;
  /** All settings, the best first, those without a result last. */
  readonly settings: readonly SweepSetting[];
  /** Those that are drawn. */
  readonly shown: readonly SweepSetting[];
};

/** Null where the runs differ in fewer than three factors. */
export function sweepOf(facts: ReportFacts): Sweep | null {
  const { runs, groups, metric } = facts;
  const all = factorsOf(runs);
  if (all.length < LEAST_FACTORS) return null;
  const order = importanceOf(runs, metric).factors.map(({ factor }) => factor.name);
  const rank = ({ name }: { readonly name: string }): number => {
    const found = order.indexOf(name);
    return found < 0 ? order.length : found;
  };
  const factors = all
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, MOST_AXES)
    .map(({ name, keys }) => ({ name: shortOf(keys, all), keys, ...valueAxis(runs, keys, name) }));
  const sign = metric.isLessBetter ? 1 : -1;
  const worth = ({ mean }: SweepSetting): number => (mean === null ? Infinity : sign * mean);
  const settings = groups
    .map((group) => settingOf(group, facts))
    .toSorted((a, b) => (worth(a) === worth(b) ? 0 : worth(a) - worth(b)));
  return { factors, otherFactors: all.length - factors.length, settings, shown: part(settings) };
}

/** Returns the last parts of a factor's keys that tell them from all others. */
function shortOf(keys: readonly string[], all: readonly Factor[]): string {
  const known = [...all.flatMap((one) => one.keys), ...PARTS];
  return keys.map((key) => shortKey(key, known)).join(" + ");
}

/** Last words of keys that say little by themselves: of which layer? */
const PARTS = ["weight", "bias", "gamma", "beta"];

function settingOf(group: Group, { metric }: ReportFacts): SweepSetting {
  const { lost = 0, moments = null } = outcomeOf(group, metric) ?? {};
  return { run: group.runs[0], mean: moments?.mean ?? null, lost };
}

/** The best ones, and of the others every second, third ... */
function part(settings: readonly SweepSetting[]): readonly SweepSetting[] {
  if (settings.length <= MOST_LINES) return settings;
  const others = settings.slice(BEST_LINES);
  const nth = Math.ceil(others.length / (MOST_LINES - BEST_LINES));
  return [...settings.slice(0, BEST_LINES), ...others.filter((_, i) => i % nth === 0)];
}
