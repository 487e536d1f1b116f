/** The columns of the table of runs. */

import { briefSetting, differingKeys, settingOf, shortKey } from "@ablate/store";
import { type Align, clean, count, duration, loss, UNKNOWN } from "@ablate/text";
import { type ShownRun, secondsLeft, updates } from "./shown-run.ts";

export type Column = {
  /** A column of the view `runs`, a dotted key of the config, or one of our own. */
  readonly id: string;
  readonly title: string;
  readonly align: Align;
  /** What it is sorted by; null where there is nothing. */
  readonly value: (run: ShownRun) => number | string | null;
  /** The value of one run, or the mean over a group. */
  readonly text: (value: number | string | null) => string;
  /** Shown without being chosen. */
  readonly isDefault: boolean;
  /** Has a row among the results where runs are compared. */
  readonly isCompared: boolean;
  /** Columns of low priority give way on narrow terminals. */
  readonly priority: number;
};

const plain = (value: number | string | null): string =>
  value === null ? "" : typeof value === "number" ? String(Number(value.toPrecision(4))) : value;

const lossText = (value: number | string | null): string =>
  typeof value === "number" ? loss(value) : UNKNOWN;

const countText = (value: number | string | null): string =>
  typeof value === "number" ? count(value) : UNKNOWN;

type Result = Pick<Column, "id" | "title" | "value"> & Partial<Column>;

/** A column of numbers that the comparison shows too, as a loss unless it says otherwise. */
function result(column: Result): Column {
  return {
    ...{ align: "right", text: lossText, isDefault: false, isCompared: true, priority: 1 },
    ...column,
  };
}

/** A column of words, for the table alone. */
function words(column: Result): Column {
  return result({ align: "left", text: plain, isCompared: false, ...column });
}

/** Columns that every run has. */
const RESULTS: readonly Column[] = [
  words({
    id: "curve",
    title: "",
    value: () => null,
    text: lossText,
    isDefault: true,
    priority: 5,
  }),
  result({ id: "loss", title: "loss", value: (run) => run.loss, isDefault: true, priority: 8 }),
  result({ id: "train_loss", title: "train", value: (run) => run.trainLoss, priority: 3 }),
  result({
    id: "valid_loss",
    title: "valid",
    value: (run) => run.validLoss,
    isDefault: true,
    priority: 9,
  }),
  result({ id: "test_loss", title: "test", value: (run) => run.testLoss }),
  result({
    id: "best_valid_loss",
    title: "best valid",
    value: (run) => run.bestValidLoss,
    priority: 4,
  }),
  result({
    id: "best_valid_step",
    title: "best at",
    value: (run) => run.bestValidStep,
    text: countText,
  }),
  result({
    id: "step",
    title: "at step",
    value: updates,
    text: (value) => (value === 0 ? UNKNOWN : countText(value)),
    isDefault: true,
    priority: 7,
  }),
  result({
    id: "steps_per_s",
    title: "steps/s",
    value: (run) => run.stepsPerS,
    text: countText,
    isDefault: true,
    priority: 4,
  }),
  result({
    id: "eta",
    title: "ETA",
    value: secondsLeft,
    text: (value) => (typeof value === "number" ? duration(value) : ""),
    isCompared: false,
  }),
  words({
    id: "state",
    title: "state",
    value: (run) => run.state,
    isDefault: true,
    isCompared: true,
    priority: 8,
  }),
  result({
    id: "parameters",
    title: "parameters",
    value: (run) => run.parameters,
    text: countText,
  }),
  words({ id: "tags", title: "tags", value: ({ tags }) => tags.join(", ") || null, priority: 7 }),
  words({
    id: "note",
    title: "note",
    value: (run) => run.note,
    text: (value) => clean(plain(value)),
  }),
  words({ id: "grid", title: "grid", value: (run) => run.grid, priority: 5 }),
  words({
    id: "started_at",
    title: "started",
    value: (run) => run.startedAt,
    text: (value) => plain(value).slice(0, 16).replace("T", " "),
  }),
];

/** Returns the columns of these runs in their natural order: what differs in the configs, then the results. */
export function allColumns(runs: readonly ShownRun[]): Column[] {
  const keys = keysThatDiffer(runs);
  const settings = keys.map((key) => settingColumn(key, keys, runs));
  const grids = new Set(runs.map(({ grid }) => grid));
  return [...settings, ...RESULTS].map((column) => {
    if (column.id === "tags")
      return { ...column, isDefault: runs.some(({ tags }) => tags.length > 0) };
    if (column.id === "grid") return { ...column, isDefault: grids.size > 1 };
    return column;
  });
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
  for (const run of runs) {
    const found = settingOf(run, key);
    if (found !== undefined && !texts.has(found.text)) {
      texts.set(found.text, briefSetting(found.value));
    }
  }
  if (new Set(texts.values()).size < texts.size) return plain;
  return (value) => (typeof value === "string" ? (texts.get(value) ?? value) : plain(value));
}

/** Returns the keys of the config whose values are not the same in all runs. */
export function keysThatDiffer(runs: readonly ShownRun[]): string[] {
  return differingKeys(runs).filter((key) => key !== "data.file");
}

/** Returns a setting for sorting: as a number where it is one. */
export function settingValue(run: ShownRun, key: string): number | string | null {
  const found = settingOf(run, key);
  if (found === undefined) return null;
  const number = Number(found.text);
  return found.text !== "" && Number.isFinite(number) ? number : found.text;
}
