/** The columns of the table of runs. */
import {
  briefSetting,
  differingKeys,
  METRICS,
  type Metric,
  settingOf,
  shortKey,
} from "@ablate/store";
import { type Align, count, duration, loss, UNKNOWN } from "@ablate/text";
import { type ShownRun, secondsLeft, updates } from "./shown-run.ts";

export type Column = {
  /** A column of the view `runs`, a dotted key of the config, or one of our own. */
  readonly id: string;
  readonly title: string;
  readonly align: Align;
  /** What it is sorted by; null where there is nothing. */
  readonly value: (run: ShownRun) => Value;
  /** The value of one run, or the mean over a group. */
  readonly text: (value: Value) => string;
  /** Shown without being chosen. */
  readonly isDefault: boolean;
  /** Has a row among the results where runs are compared. */
  readonly isCompared: boolean;
  /** Columns of low priority give way on narrow terminals. */
  readonly priority: number;
};

/** What a run has in a column; null where there is nothing. */
export type Value = number | string | null;

const plain = (value: Value): string =>
  value === null ? "" : typeof value === "number" ? String(Number(value.toPrecision(4))) : value;

const lossText = (value: Value): string => (typeof value === "number" ? loss(value) : UNKNOWN);

const countText = (value: Value): string => (typeof value === "number" ? count(value) : UNKNOWN);

const isDefault = true;

/** A column of numbers that the comparison shows too, as a loss unless it says otherwise. */
function result(
  id: string,
  title: string,
  column: Pick<Column, "value"> & Partial<Column>,
): Column {
  const usual = { align: "right", text: lossText, isDefault: false, isCompared: true } as const;
  return { id, title, ...usual, priority: 1, ...column };
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

/** Columns that every run has. */
const RESULTS: readonly Column[] = [
  words("curve", "", { value: () => null, text: lossText, isDefault, priority: 5 }),
  result("loss", "loss", { value: (run) => run.loss, isDefault, priority: 8 }),
  metric("train_loss", "train", { priority: 3 }),
  metric("valid_loss", "valid", { isDefault, priority: 9 }),
  metric("test_loss", "test", {}),
  result("best_valid_loss", "best valid", { value: (run) => run.bestValidLoss, priority: 4 }),
  result("best_valid_step", "best at", { value: (run) => run.bestValidStep, text: countText }),
  result("step", "at step", {
    value: updates,
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
  result("parameters", "parameters", { value: (run) => run.parameters, text: countText }),
  words("tags", "tags", { value: ({ tags }) => tags.join(", ") || null, priority: 7 }),
  words("note", "note", { value: (run) => run.note, text: plain }),
  words("grid", "grid", { value: (run) => run.grid, priority: 5 }),
  words("started_at", "started", {
    value: (run) => run.startedAt,
    text: (value) => plain(value).slice(0, 16).replace("T", " "),
  }),
];

/** Returns the columns of these runs in their natural order: what differs in the configs, then the results. */
export function allColumns(runs: readonly ShownRun[]): Column[] {
  const keys = keysThatDiffer(runs);
  const settings = keys.map((key) => settingColumn(key, keys, runs));
  const telling: Readonly<Record<string, boolean>> = {
    tags: runs.some(({ tags }) => tags.length > 0),
    grid: runs.some(({ grid }) => grid !== runs[0]?.grid),
  };
  const results = RESULTS.map((column) => ({
    ...column,
    isDefault: telling[column.id] ?? column.isDefault,
  }));
  return [...settings, ...results];
}

function settingColumn(key: string, keys: readonly string[], runs: readonly ShownRun[]): Column {
  return {
    id: key,
    title: shortKey(key, keys),
    align: runs.every((run) => typeof settingValue(run, key) === "number") ? "right" : "left",
    value: (run) => settingValue(run, key),
    text: briefTexts(key, runs),
    isDefault: true,
    isCompared: false,
    priority: 6,
  };
}

/** Shortens the values of a setting, where the short texts are as different as the values. */
function briefTexts(key: string, runs: readonly ShownRun[]): Column["text"] {
  const texts = new Map<string, string>();
  for (const found of runs.map((run) => settingOf(run, key))) {
    if (found !== undefined && !texts.has(found.text))
      texts.set(found.text, briefSetting(found.value));
  }
  if (new Set(texts.values()).size < texts.size) return plain;
  return (value) => (typeof value === "string" ? (texts.get(value) ?? value) : plain(value));
}

/** Returns the keys of the config whose values are not the same in all runs. */
export function keysThatDiffer(runs: readonly ShownRun[]): string[] {
  return differingKeys(runs).filter((key) => key !== "data.file");
}

/** Returns a setting for sorting: as a number where it is one. */
export function settingValue(run: ShownRun, key: string): Value {
  const found = settingOf(run, key);
  if (found === undefined) return null;
  const number = Number(found.text);
  return found.text !== "" && Number.isFinite(number) ? number : found.text;
}
