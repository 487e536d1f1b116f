/** The runs as a table: filtered, grouped, sorted. */
import { momentsOf, seedlessId, withData, withoutSeed } from "@ablate/store";
import { loss } from "@ablate/text";
import type { ViewSettings } from "../state/settings.ts";
import {
  allColumns,
  type Column,
  keysThatDiffer,
  settingText,
  settingValue,
  type Value,
} from "./columns.ts";
import { compareValues } from "./compare-values.ts";
import type { StoreSnapshot } from "./feed.ts";
import { asksForPlan, filtered, runSubject } from "./filter.ts";
import { isRecorded, type ShownRun } from "./shown-run.ts";

export type TableRow = {
  /** The run's name, or what the group is called; focus follows it. */
  readonly key: string;
  readonly title: string;
  /** The runs it stands for. */
  readonly members: readonly ShownRun[];
  readonly isGroup: boolean;
  /** A member of an unfolded group. */
  readonly isInGroup: boolean;
  readonly isUnfolded: boolean;
};

export type Table = {
  /** Every column there is, in the user's order. */
  readonly columns: readonly Column[];
  /** Those that are to be shown. */
  readonly shown: readonly Column[];
  readonly rows: readonly TableRow[];
  /** The runs that the filter leaves, in the order of the table. */
  readonly matches: readonly ShownRun[];
  /** Keys of the config in which these differ. */
  readonly differing: readonly string[];
  /** The grid that was entered; null where the table is of all of them. */
  readonly grid: string | null;
  /** The runs of that grid without the filter. */
  readonly all: readonly ShownRun[];
  /** The runs of every grid that the filter leaves. */
  readonly everywhere: readonly ShownRun[];
  /** How many runs are not among them, as they are left from earlier plans. */
  readonly left: number;
  /** What is wrong with the filter. */
  readonly mistake: string | null;
};

/** What a table depends on beside the runs. */
export type TableOptions = {
  readonly settings: ViewSettings;
  readonly unfolded: readonly string[];
  readonly filter: string;
  readonly dataHashes: StoreSnapshot["dataHashes"];
};

/** Builds the table of the runs that the filter leaves. */
export function tableOf(
  stored: readonly ShownRun[],
  { settings, unfolded, filter, dataHashes }: TableOptions,
): Table {
  const isAll = settings.isAll || asksForPlan(filter);
  const planned = isAll ? stored : sifted(stored, ({ plan }) => plan === "current");
  const grid = planned.some((run) => run.grid === settings.grid) ? settings.grid : null;
  const inGrid = (some: readonly ShownRun[]): readonly ShownRun[] =>
    grid === null ? some : sifted(some, (run) => run.grid === grid);
  const runs = inGrid(planned);
  const found = filtered(planned, filter, { noun: "run", subjectOf: runSubject });
  const { mistake } = found;
  const items = inGrid(found.items);
  const columns = inOrder(allColumns(items), settings.columnOrder);
  const sort = columns.find(({ id }) => id === settings.sort?.column);
  const sorted = (some: readonly TableRow[]): readonly TableRow[] =>
    sort === undefined ? some : some.toSorted(comparison(sort, settings.sort?.isDescending));
  const top = sorted(toldApart(groupsOf(items, settings.group, dataHashes)));
  const rows = top.flatMap((row): TableRow[] => {
    if (!row.isGroup || !unfolded.includes(row.key)) return [row];
    const members = row.members.map((run) => ({ ...rowOf(run), isInGroup: true }));
    return [{ ...row, isUnfolded: true }, ...sorted(members)];
  });
  return {
    columns,
    shown: columns.filter((column) => isShown(column, settings)),
    rows,
    matches: top.flatMap(({ members }) => members),
    differing: keysThatDiffer(items),
    grid,
    all: runs,
    everywhere: found.items,
    left: inGrid(stored).length - runs.length,
    mistake,
  };
}

/** Returns the runs of which something is true; where that is all, the same list: what is known of it is kept. */
function sifted(
  runs: readonly ShownRun[],
  isKept: (run: ShownRun) => boolean,
): readonly ShownRun[] {
  return runs.every(isKept) ? runs : runs.filter(isKept);
}

export function isShown({ id, isDefault }: Column, settings: ViewSettings): boolean {
  const { shown, hidden, group } = settings;
  if (shown.includes(id)) return true;
  if (id === "seed" && group === "seed") return false;
  return isDefault && !hidden.includes(id);
}

const valuesKnown = new WeakMap<Column, WeakMap<readonly ShownRun[], Value>>();

/** Returns what a row has in a column: a run's own value, the mean of a group's results, or its common value. */
export function rowValue(column: Column, members: readonly ShownRun[]): Value {
  if (members.length < 2) return commonValue(column, members);
  const known = valuesKnown.get(column) ?? new WeakMap<readonly ShownRun[], Value>();
  valuesKnown.set(column, known);
  const kept = known.get(members);
  if (kept !== undefined) return kept;
  const value = commonValue(column, members);
  known.set(members, value);
  return value;
}

function commonValue({ value, ofGroup, isSetting }: Column, members: readonly ShownRun[]): Value {
  const [first, ...others] = members;
  if (first === undefined) return null;
  if (others.length === 0) return value(first);
  if (ofGroup !== undefined) return ofGroup(members);
  const values = members.map(value);
  const numbers = values.filter((one) => typeof one === "number");
  if (numbers.length > 0 && isSetting !== true)
    return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return values.every((one) => one === values[0]) ? (values[0] ?? null) : null;
}

/** Returns the texts of rows in a column, different values never the same. */
export function columnTexts(column: Column, rows: readonly TableRow[]): string[] {
  const values = rows.map(({ members }) => rowValue(column, members));
  const text = column.textsOf?.(values) ?? column.text;
  return rows.map(({ members }, i) => {
    const value = values[i] ?? null;
    const areSeveral = column.isSetting === true && value === null && members.length > 1;
    const isAny = areSeveral && members.some((run) => column.value(run) !== null);
    return isAny ? "several" : text(value);
  });
}

/** Adds the standard deviation to the mean loss of several runs. */
export function withSpread(text: string, { id, value }: Column, row: TableRow | undefined): string {
  if (row === undefined || !id.endsWith("loss") || row.members.length < 2) return text;
  const { std } = momentsOf(row.members.map((run) => Number(value(run) ?? Number.NaN)));
  return std === null ? text : `${text} ±${loss(std)}`;
}

/** Groups runs by a column, or as `ablate compare` does: those that are the same but for the seed. */
function groupsOf(
  runs: readonly ShownRun[],
  group: ViewSettings["group"],
  dataHashes: StoreSnapshot["dataHashes"],
): TableRow[] {
  if (group === null) return runs.map(rowOf);
  const isBySeed = group === "seed";
  const ids = isBySeed
    ? withData(runs, dataHashes).map((run) => (isOfSeed(run) ? seedlessId(run) : run.name))
    : runs.map((run) => groupId(run, group));
  const text = settingText(group, runs);
  const groups = Map.groupBy(runs.keys(), (i) => ids[i] ?? "");
  return [...groups].flatMap(([id, places]): TableRow[] => {
    const members = places.flatMap((i) => runs[i] ?? []);
    const [first] = members;
    if (first === undefined) return [];
    if (members.length === 1) return [rowOf(first)];
    const [ofSeeds, ofGrid] = [withoutSeed(first.title) || (first.grid ?? ""), first.grid ?? ""];
    const ofKey = `${group}=${text(settingValue(first, group))}`;
    const title = isBySeed ? ofSeeds : group === "grid" ? ofGrid : ofKey;
    return [{ ...SINGLE, key: `group:${id}`, title, members, isGroup: true }];
  });
}

/** Whether others may differ from a run in the seed alone: a log need not say which it is, or any setting. */
function isOfSeed(run: ShownRun): boolean {
  return !isRecorded(run) || run.seed !== null;
}

/** What a grid calls its only run where nothing varies. */
const ONLY = "run";

/** Puts the grid's name before titles that rows of several grids share; the only run of one is called as its grid. */
function toldApart(rows: readonly TableRow[]): TableRow[] {
  const gridsOf = new Map<string, Set<string | null>>();
  for (const { title, members } of rows) {
    const grids = gridsOf.get(title) ?? new Set();
    gridsOf.set(title, grids.add(members[0]?.grid ?? null));
  }
  const grids = new Set([...gridsOf.values()].flatMap((some) => [...some]));
  return rows.map((row) => {
    const grid = row.members[0]?.grid;
    if (grid && grids.size > 1 && row.title === ONLY) return { ...row, title: grid };
    const isShared = (gridsOf.get(row.title)?.size ?? 0) > 1;
    return isShared && grid ? { ...row, title: `${grid}/${row.title}` } : row;
  });
}

const SINGLE = { isGroup: false, isInGroup: false, isUnfolded: false };

/** Makes a row of a single run. */
export function rowOf(run: ShownRun): TableRow {
  return { ...SINGLE, key: run.name, title: run.title, members: [run] };
}

/** Whether a row is the one with this key, or stands for the run of this name. */
export function isRowOf({ key, members }: TableRow, name: string | null | undefined): boolean {
  return key === name || members.some((run) => run.name === name);
}

function groupId(run: ShownRun, group: string): string {
  return group === "grid" ? (run.grid ?? "") : `${group}=${settingValue(run, group) ?? ""}`;
}

/** Compares rows by a column. */
function comparison(column: Column, isDescending = false): (a: TableRow, b: TableRow) => number {
  const rank = column.rank ?? ((members) => rowValue(column, members));
  return (a, b) => compareValues(rank(a.members), rank(b.members), isDescending);
}

function inOrder(columns: readonly Column[], order: readonly string[]): Column[] {
  const place = ({ id }: Column) => (order.includes(id) ? order.indexOf(id) : order.length);
  return columns.toSorted((a, b) => place(a) - place(b));
}
