/** What the flags of `ablate compare` choose among the runs that it compares. */

import {
  briefSetting,
  type ComparedRun,
  differingKeys,
  METRICS,
  type Metric,
  type Setting,
  settingOf,
} from "@ablate/store";
import { closest, readNumber } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/** The metrics of these names, in this order; the first of all without names. */
export function metricsNamed(names: readonly string[]): readonly Metric[] {
  if (names.length === 0) return METRICS.slice(0, 1);
  const known = METRICS.map(({ name }) => name);
  const wanted = new Set(names.flatMap((text) => text.split(",")).map((name) => name.trim()));
  return [...wanted].map((name) => {
    const found = METRICS.find((metric) => metric.name === name || metric.title === name);
    if (found !== undefined) return found;
    const guess = closest(name, known);
    const hint = guess === null ? `there are ${known.join(", ")}` : `did you mean ${guess}?`;
    throw new UsageError(`--metric knows no "${name}"; ${hint}`);
  });
}

/** The key of the config that is meant, by its whole name or its last segments. */
export function keyNamed(name: string, runs: readonly ComparedRun[]): string {
  const keys = [...new Set(runs.flatMap(({ settings }) => settings.map(({ key }) => key)))];
  if (keys.includes(name)) return name;
  const endings = keys.filter((key) => key.endsWith(`.${name}`));
  const [key, ...more] = endings;
  if (key !== undefined && more.length === 0) return key;
  if (key !== undefined) {
    const differing = endings.filter((one) => differingKeys(runs).includes(one));
    if (differing.length === 1) return differing[0] ?? key;
    throw new UsageError(`--by ${name} could be any of ${endings.join(", ")}; write one of them`);
  }
  const guess = closest(name, [...keys, ...keys.map((one) => one.split(".").at(-1) ?? one)]);
  const hint = guess === null ? "`ablate config RUN` shows them all" : `did you mean ${guess}?`;
  throw new UsageError(`no run has a key "${name}" in its config; ${hint}`);
}

/**
 * The first run that has this value of the key; undefined where none has and a run may be meant.
 *
 * @throws UsageError - if no run has this number, which might also be the beginning of some run's hash
 */
export function runWithValue(
  text: string,
  { key, runs }: { readonly key: string; readonly runs: readonly ComparedRun[] },
): ComparedRun | undefined {
  const found = runs.find((run) => {
    const own = settingOf(run, key);
    return own !== undefined && isWritten(text, own);
  });
  if (found !== undefined || readNumber(text) === null) return found;
  const values = new Set(runs.flatMap((run) => settingOf(run, key)?.text ?? []));
  throw new UsageError(`no run has ${key} ${text}, only ${[...values].join(", ")}`);
}

/** Whether people may write a value in this way. */
function isWritten(text: string, { value, text: whole, id }: Setting): boolean {
  if ([whole, id, briefSetting(value)].includes(text)) return true;
  return typeof value === "number" && readNumber(text) === value;
}
