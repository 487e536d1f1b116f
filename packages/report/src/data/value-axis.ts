/** The axis of the values of a setting: numbers, along a logarithm where they span decades, or texts side by side. */
import type { Axis } from "@ablate/figures";
import { type ComparedRun, type Setting, settingOf, settingTexts } from "@ablate/store";

export type ValueAxis = {
  readonly axis: Axis;
  /** Where a run stands on it. */
  readonly place: (run: ComparedRun) => number;
};

/** Numbers that differ by more than this factor stand along a logarithm. */
export const DECADES = 30;

/** So many different numbers are those of a grid: each has a tick. */
const FEW = 10;

/** Room beside the outermost values, as a share of all. */
const MARGIN = 0.08;

/** Makes the axis of the values that runs have of some keys that change together. */
export function valueAxis(
  runs: readonly ComparedRun[],
  keys: readonly string[],
  title: string,
): ValueAxis {
  const [key] = keys;
  const settings = runs.map((run) => settingOf(run, key ?? ""));
  const numbers = settings.flatMap((one) => (typeof one?.value === "number" ? one.value : []));
  if (keys.length === 1 && numbers.length === runs.length)
    return ofNumbers(numbers, title, key ?? "");
  return ofTexts(runs, keys, title);
}

/** Moves a place along an axis by a share of its length. */
export function movedOn({ min, max, isLog }: Axis, at: number, share: number): number {
  if (isLog !== true) return at + (max - min) * share;
  return Math.exp(Math.log(at) + (Math.log(max) - Math.log(min)) * share);
}

function ofNumbers(numbers: readonly number[], title: string, key: string): ValueAxis {
  const values = [...new Set(numbers)].sort((a, b) => a - b);
  const [low = 0, high = low] = [values[0], values.at(-1)];
  const isLog = low > 0 && high / low >= DECADES;
  const margin = isLog ? (high / low) ** MARGIN : (high - low) * MARGIN || Math.abs(low) || 1;
  return {
    axis: {
      title: isLog ? `${title}, logarithmic` : title,
      ...(isLog
        ? {
            min: Math.max(low / margin, Number.MIN_VALUE),
            max: Math.min(high * margin, Number.MAX_VALUE),
            isLog,
          }
        : { min: low - margin, max: high + margin }),
      ...(values.length > FEW ? {} : { ticks: values.map((at) => ({ at, label: String(at) })) }),
    },
    place: (run) => {
      const value = settingOf(run, key)?.value;
      return typeof value === "number" ? value : Number.NaN;
    },
  };
}

function ofTexts(runs: readonly ComparedRun[], keys: readonly string[], title: string): ValueAxis {
  const texts = keys.map((key) => settingTexts(runs.map((run) => settingOf(run, key))));
  const found = (run: ComparedRun): readonly (Setting | undefined)[] =>
    keys.map((key) => settingOf(run, key));
  const idOf = (run: ComparedRun): string =>
    found(run)
      .map((one) => one?.id ?? "")
      .join("\n");
  const labels = new Map(
    runs.map((run) => [
      idOf(run),
      found(run)
        .map((one, i) => (one === undefined ? "none" : (texts[i]?.(one) ?? one.text)))
        .join(" + "),
    ]),
  );
  const places = new Map([...labels.keys()].map((id, i) => [id, i]));
  return {
    axis: {
      ...{ title, min: -0.5, max: labels.size - 0.5 },
      ticks: [...labels.values()].map((label, at) => ({ at, label })),
    },
    place: (run) => places.get(idOf(run)) ?? Number.NaN,
  };
}
