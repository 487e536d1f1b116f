/** The columns of the table of runs. */
import {
  areOnSeveralHosts,
  columnTitle,
  differingKeys,
  exactSetting,
  isOfMachine,
  METRICS,
  type Metric,
  metricOf,
  metricSeries,
  recordedMetrics,
  secondsLeft,
  settingOf,
  settingTexts,
  shortKey,
  troubles,
} from "@ablate/store";
import {
  type Align,
  count,
  decimalsThatDiffer,
  duration,
  loss,
  lossTexts,
  shortNumber,
  toMinute,
  UNKNOWN,
} from "@ablate/text";
import { hasSteps, isRecorded, type ShownRun, updates } from "./shown-run.ts";

export type Column = {
  /** A column of the view `runs`, a dotted key of the config, or one of our own. */
  readonly id: string;
  readonly title: string;
  readonly align: Align;
  /** What it is sorted by; null where there is nothing. */
  readonly value: (run: ShownRun) => Value;
  /** What a group has, where that is neither a mean nor a common value. */
  readonly ofGroup?: (members: readonly ShownRun[]) => Value;
  /** What rows are sorted by, where that is not the value. */
  readonly rank?: (members: readonly ShownRun[]) => Value;
  /** The value of one run, or the mean over a group. */
  readonly text: (value: Value) => string;
  /** Writes the values of one screen, so that different ones do not read the same. */
  readonly textsOf?: (values: readonly Value[]) => (value: Value) => string;
  /** Whether it is a key of the config: groups have no mean of it. */
  readonly isSetting?: boolean;
  /** Shown without being chosen. */
  readonly isDefault: boolean;
  /** Has a row among the results where runs are compared. */
  readonly isCompared: boolean;
  /** Columns of low priority give way on narrow terminals. */
  readonly priority: number;
};

/** What a run has in a column; null where there is nothing. */
export type Value = number | string | null;

const plain = (value: Value): string => (value === null ? "" : String(value));

const lossText = (value: Value): string => (typeof value === "number" ? loss(value) : UNKNOWN);

/** Writes losses with as many decimals as tell them apart. */
function lossesText(values: readonly Value[]): Column["text"] {
  const text = lossTexts(values.map((value) => (typeof value === "number" ? value : null)));
  return (value) => (typeof value === "number" ? text(value) : UNKNOWN);
}

const countText = (value: Value): string => (typeof value === "number" ? count(value) : UNKNOWN);

const isDefault = true;

/** A column of numbers that the comparison shows too, as a loss unless it says otherwise. */
function result(
  id: string,
  title: string,
  column: Pick<Column, "value"> & Partial<Column>,
): Column {
  const usual = { align: "right", isDefault: false, isCompared: true, priority: 1 } as const;
  const texts = column.text === undefined ? { textsOf: lossesText } : {};
  return { id, title, ...usual, text: lossText, ...texts, ...column };
}

/** A column of words, for the table alone. */
function words(id: string, title: string, column: Pick<Column, "value"> & Partial<Column>): Column {
  return result(id, title, { align: "left", text: plain, isCompared: false, ...column });
}

/** A column of a metric: it has no value of a run that was lost, whatever the run was evaluated at before. */
function metric(name: Metric["name"], title: string, column: Partial<Column>): Column {
  const found = METRICS.find((one) => one.name === name);
  return result(name, title, { ...column, value: (run) => found?.value(run) ?? null });
}

function mostOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** More warnings than a run can have. */
const ERROR_RANK = 1000;

function rankOf(run: ShownRun): number | null {
  return run.errors === null && run.warnings === null
    ? null
    : (run.errors ?? 0) * ERROR_RANK + (run.warnings ?? 0);
}

/** Columns that every run has. */
const RESULTS: readonly Column[] = [
  result("findings", columnTitle("findings"), {
    value: troubles,
    ofGroup: (members) => mostOf(members.map(troubles)),
    // Whoever has an error comes before whoever has warnings only.
    rank: (members) => mostOf(members.map((run) => rankOf(run))),
    text: countText,
    priority: 10,
  }),
  words("curve", "", { value: () => null, text: lossText, isDefault, priority: 5 }),
  result("loss", "loss", { value: (run) => run.loss, isDefault, priority: 8 }),
  metric("train_loss", "train", { priority: 3 }),
  metric("valid_loss", "valid", { isDefault, priority: 9 }),
  metric("test_loss", "test", {}),
  result("best_valid_loss", "best valid", { value: (run) => run.bestValidLoss, priority: 4 }),
  result("best_valid_step", "best at", { value: (run) => run.bestValidStep, text: countText }),
  result("step", "at step", {
    value: (run) => (hasSteps(run) ? updates(run) : run.lastStep),
    text: (value) => (value === 0 ? UNKNOWN : countText(value)),
    isDefault,
    priority: 7,
  }),
  result("steps_per_s", "steps/s", {
    value: (run) => run.stepsPerS,
    text: countText,
    isDefault,
    priority: 4,
  }),
  result("eta", "ETA", {
    value: secondsLeft,
    text: (value) => (typeof value === "number" ? duration(value) : ""),
    isCompared: false,
  }),
  words("state", "state", { value: (run) => run.state, isDefault, isCompared: true, priority: 8 }),
  result("parameters", "parameters", { value: (run) => run.parameters || null, text: countText }),
  words("tags", "tags", { value: ({ tags }) => tags.join(", ") || null, priority: 7 }),
  words("note", "note", { value: (run) => run.note, text: plain }),
  words("grid", "grid", { value: (run) => run.grid, priority: 5 }),
  words("plan", "plan", { value: ({ plan }) => (plan === "left" ? plan : null), priority: 5 }),
  words("host", "host", { value: (run) => run.host, priority: 5 }),
  words("started_at", "started", {
    value: (run) => run.startedAt,
    text: (value) => toMinute(plain(value)),
  }),
];

const columnsMade = new WeakMap<readonly ShownRun[], readonly Column[]>();

/** Returns the columns of these runs in their natural order: what differs in the configs, then the results. */
export function allColumns(runs: readonly ShownRun[]): readonly Column[] {
  const columns = columnsMade.get(runs) ?? makeColumns(runs);
  columnsMade.set(runs, columns);
  return columns;
}

function makeColumns(runs: readonly ShownRun[]): Column[] {
  const keys = keysThatDiffer(runs);
  const settings = keys.map((key) => settingColumn(key, keys, runs));
  const has = (of: (run: ShownRun) => Value): boolean =>
    runs.some((run) => !isRecorded(run) || of(run) !== null);
  const telling: Readonly<Record<string, boolean>> = {
    findings: runs.some((run) => (troubles(run) ?? 0) > 0),
    loss: has((run) => run.loss),
    valid_loss: has((run) => run.validLoss),
    steps_per_s: has((run) => run.stepsPerS),
    plan: runs.some(({ plan }) => plan === "left"),
    tags: runs.some(({ tags }) => tags.length > 0),
    grid: runs.some(({ grid }) => grid !== runs[0]?.grid),
    host: areOnSeveralHosts(runs),
  };
  const [findings, ...results] = RESULTS.map((column) => ({
    ...column,
    isDefault: telling[column.id] ?? column.isDefault,
  }));
  const first = findings === undefined ? [] : [findings];
  return [...first, ...settings, ...results, ...metricColumns(runs)];
}

/** Metrics of logs that are columns without being chosen. */
const MOST_METRICS = 4;

/** Makes columns of what runs record by names of their own: the last number, and the best where one is better. */
function metricColumns(runs: readonly ShownRun[]): Column[] {
  const areLogs = runs.length > 0 && runs.every(isRecorded);
  const roles = new Set(
    runs
      .flatMap(({ metrics }) => [...(metrics?.values() ?? [])])
      .filter(({ role }) => role !== null)
      .map(({ name }) => metricSeries(name)),
  );
  const recorded = recordedMetrics(runs);
  const aimed = recorded.filter(
    ({ name, isLessBetter }) => isLessBetter !== null && !roles.has(name),
  );
  const shown = new Set(areLogs ? aimed.slice(0, MOST_METRICS).map(({ name }) => name) : []);
  return recorded.flatMap((one): Column[] => {
    const column = metricColumn(one);
    const last = { ...column, isDefault: shown.has(one.name) };
    if (one.isLessBetter === null) return [last];
    const end = one.isLessBetter ? "min" : "max";
    const metric = metricOf(one.name);
    const best = {
      ...column,
      id: `${one.name}.${end}`,
      title: `${one.title} ${end}`,
      value: ({ metrics }: ShownRun) => metrics?.get(metric)?.[end] ?? null,
    };
    return [last, best];
  });
}

/** Makes a column of what runs record by a name of their own. */
function metricColumn(recorded: Metric): Column {
  const write = (value: Value | undefined, more: number): string =>
    typeof value === "number" ? shortNumber(value, 4 + more) : UNKNOWN;
  const numbersOf = (values: readonly Value[]) =>
    values.map((value) => (typeof value === "number" ? value : null));
  return result(recorded.name, recorded.title, {
    value: recorded.value,
    text: (value) => write(value, 0),
    textsOf: (values) => {
      const text = decimalsThatDiffer(numbersOf(values), write);
      return (value) => (typeof value === "number" ? text(value) : UNKNOWN);
    },
    isCompared: !isOfMachine(metricOf(recorded.name)),
    priority: 2,
  });
}

/** Returns a column for every key that a config of these runs has, whether they differ in it or not. */
export function wholeConfig(runs: readonly ShownRun[]): Column[] {
  const keys = [...new Set(runs.flatMap(({ settings }) => settings.map(({ key }) => key)))];
  return keys.map((key) => settingColumn(key, keys, runs));
}

function settingColumn(key: string, keys: readonly string[], runs: readonly ShownRun[]): Column {
  return {
    id: key,
    title: shortKey(key, keys),
    align: runs.every((run) => typeof settingValue(run, key) === "number") ? "right" : "left",
    value: (run) => settingValue(run, key),
    text: settingText(key, runs),
    isDefault: true,
    isCompared: false,
    isSetting: true,
    priority: 6,
  };
}

/** Makes a function that writes the values of a setting in short, and no two of them alike. */
export function settingText(key: string, runs: readonly ShownRun[]): Column["text"] {
  const make = () => {
    const found = new Map(runs.map((run) => [settingValue(run, key), settingOf(run, key)]));
    return { found, text: settingTexts(found.values()) };
  };
  // Of thousands of runs it takes long to tell values apart: a column that is not shown does not.
  let made: ReturnType<typeof make> | undefined;
  return (value) => {
    made ??= make();
    const setting = made.found.get(value);
    return setting ? made.text(setting) : plain(value);
  };
}

/** Returns the keys of the config whose values are not the same in all runs. */
export function keysThatDiffer(runs: readonly ShownRun[]): readonly string[] {
  const known = keysFound.get(runs);
  if (known !== undefined) return known;
  const keys = differingKeys(runs).filter((key) => !/^data\.(file|validation|test)$/.test(key));
  keysFound.set(runs, keys);
  return keys;
}

const keysFound = new WeakMap<readonly ShownRun[], readonly string[]>();

/** Returns a setting as it is, for sorting and for machines: maps and lists as JSON. */
export function settingValue(run: ShownRun, key: string): Value {
  const found = settingOf(run, key);
  return found === undefined ? null : exactSetting(found);
}
