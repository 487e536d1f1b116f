/** The runs as a table: filtered, grouped, sorted. */
import {
  type Filter,
  FilterError,
  type FilterSubject,
  filterSubject,
  parseFilter,
  seedlessId,
  unknownFields,
  withData,
  withoutSeed,
} from "@ablate/store";
import type { ViewSettings } from "../state/settings.ts";
import { allColumns, type Column, keysThatDiffer, settingValue } from "./columns.ts";
import type { StoreSnapshot } from "./feed.ts";
import type { ShownRun } from "./shown-run.ts";

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
  readonly total: number;
  /** What is wrong with the filter. */
  readonly mistake: string | null;
};

/** Builds the table; a filter that makes no sense leaves every run and says so. */
export function tableOf(
  runs: readonly ShownRun[],
  {
    settings,
    unfolded,
    filter,
    dataHashes,
  }: {
    readonly settings: ViewSettings;
    readonly unfolded: readonly string[];
    readonly filter: string;
    readonly dataHashes: StoreSnapshot["dataHashes"];
  },
): Table {
  const { found, mistake } = filtered(runs, filter);
  const columns = inOrder(allColumns(found), settings.columnOrder);
  const sort = columns.find(({ id }) => id === settings.sort?.column);
  const compare = comparison(sort, settings.sort?.isDescending ?? false);
  const groups = toldApart(groupsOf(found, settings.group, dataHashes));
  const top =
    sort === undefined ? groups : groups.toSorted((a, b) => compare(a.members, b.members));
  const rows = top.flatMap((row): TableRow[] => {
    if (!row.isGroup || !unfolded.includes(row.key)) return [row];
    const members = row.members.map((run) => ({ ...rowOf(run), isInGroup: true }));
    const inside =
      sort === undefined ? members : members.toSorted((a, b) => compare(a.members, b.members));
    return [{ ...row, isUnfolded: true }, ...inside];
  });
  return {
    columns,
    shown: columns.filter((column) => isShown(column, settings)),
    rows,
    matches: top.flatMap(({ members }) => members),
    differing: keysThatDiffer(found),
    total: runs.length,
    mistake,
  };
}

export function isShown(
  { id, isDefault }: Column,
  { shown, hidden, group }: ViewSettings,
): boolean {
  if (shown.includes(id)) return true;
  if (id === "seed" && group === "seed") return false;
  return isDefault && !hidden.includes(id);
}

/** Returns what a row has in a column: a run's own value, the mean of a group's numbers, or its common value. */
export function rowValue({ value }: Column, members: readonly ShownRun[]): number | string | null {
  const [first, ...others] = members;
  if (first === undefined) return null;
  if (others.length === 0) return value(first);
  const values = members.map(value);
  const numbers = values.filter((one) => typeof one === "number");
  if (numbers.length > 0) return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return values.every((one) => one === values[0]) ? (values[0] ?? null) : null;
}

function filtered(
  runs: readonly ShownRun[],
  text: string,
): { readonly found: readonly ShownRun[]; readonly mistake: string | null } {
  if (text.trim() === "") return { found: runs, mistake: null };
  try {
    return matching(runs, parseFilter(text));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { found: runs, mistake: error.message };
  }
}

function matching(
  runs: readonly ShownRun[],
  filter: Filter,
): { readonly found: readonly ShownRun[]; readonly mistake: string | null } {
  const subjects = runs.map(subjectOf);
  const found = runs.filter((_, i) => {
    const subject = subjects[i];
    return subject !== undefined && filter.matches(subject);
  });
  const [unknown] = found.length === 0 ? unknownFields(filter, subjects) : [];
  return { found, mistake: unknown === undefined ? null : `no run has a field "${unknown}"` };
}

const subjects = new WeakMap<ShownRun, FilterSubject>();

/** Makes the subject of a filter from a run, once. */
function subjectOf(run: ShownRun): FilterSubject {
  const known = subjects.get(run);
  if (known !== undefined) return known;
  const subject = filterSubject(run);
  subjects.set(run, subject);
  return subject;
}

/** Groups runs by a column, or as `ablate compare` does: those that are the same but for the seed. */
function groupsOf(
  runs: readonly ShownRun[],
  group: ViewSettings["group"],
  dataHashes: StoreSnapshot["dataHashes"],
): TableRow[] {
  if (group === null) return runs.map(rowOf);
  const compared = group === "seed" ? withData(runs, dataHashes).map(seedlessId) : [];
  const titles = compared.length > 0 ? [] : runs.map((run) => groupTitle(run, group));
  const groups = Map.groupBy(runs.keys(), (i) => compared[i] ?? titles[i] ?? "");
  return [...groups].flatMap(([id, places]): TableRow[] => {
    const members = places.flatMap((i) => runs[i] ?? []);
    const [first] = members;
    if (first === undefined) return [];
    if (members.length === 1) return [rowOf(first)];
    const title =
      group === "seed" ? withoutSeed(first.title) || (first.grid ?? "") : groupTitle(first, group);
    return [{ ...EMPTY_ROW, key: `group:${id}`, title, members, isGroup: true }];
  });
}

/** Puts the grid's name before titles that rows of several grids share. */
function toldApart(rows: readonly TableRow[]): TableRow[] {
  const gridsOf = new Map<string, Set<string | null>>();
  for (const { title, members } of rows) {
    const grids = gridsOf.get(title) ?? new Set();
    gridsOf.set(title, grids.add(members[0]?.grid ?? null));
  }
  return rows.map((row) => {
    const grid = row.members[0]?.grid;
    const isShared = (gridsOf.get(row.title)?.size ?? 0) > 1;
    return isShared && grid ? { ...row, title: `${grid}/${row.title}` } : row;
  });
}

const EMPTY_ROW: TableRow = {
  key: "",
  title: "",
  members: [],
  isGroup: false,
  isInGroup: false,
  isUnfolded: false,
};

/** Makes a row of a single run. */
export function rowOf(run: ShownRun): TableRow {
  return { ...EMPTY_ROW, key: run.name, title: run.title, members: [run] };
}

function groupTitle(run: ShownRun, group: string): string {
  return group === "grid" ? (run.grid ?? "") : `${group}=${settingValue(run, group) ?? ""}`;
}

/** Compares rows, numbers before text; what has no value comes last in both directions. */
function comparison(
  column: Column | undefined,
  isDescending: boolean,
): (a: readonly ShownRun[], b: readonly ShownRun[]) => number {
  return (a, b) => {
    if (column === undefined) return 0;
    const [first, second] = [rowValue(column, a), rowValue(column, b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    const order =
      typeof first === "number" && typeof second === "number"
        ? first - second
        : String(first).localeCompare(String(second), "en", { numeric: true });
    return isDescending ? -order : order;
  };
}

function inOrder(columns: readonly Column[], order: readonly string[]): Column[] {
  const place = (id: string): number => {
    const at = order.indexOf(id);
    return at < 0 ? order.length : at;
  };
  return columns.toSorted((a, b) => place(a.id) - place(b.id));
}
