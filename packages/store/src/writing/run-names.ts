/** Which name a run has or gets: the planned one, else one that says what tells it from the run that has it. */
import { type Difference, differencesOf, type Identified } from "../analysis/differences.ts";
import { withoutSeed } from "../analysis/factors.ts";
import { nameText, shortKey } from "../analysis/settings.ts";
import type { Statements } from "../file/statements.ts";
import { hashedName, NAME_LENGTH } from "./free-name.ts";
import type { GridPlan, PlannedRun } from "./plan.ts";

/** What a planned run is called. */
export type RunName = {
  /** Its name in the store, or the one that it gets there. */
  readonly name: string;
  /** Its label in the grid of the plan. */
  readonly label: string;
  /** The other run that has the planned name; null where there is none, or the run is stored. */
  readonly instead: Instead | null;
};

/** A run that has the name of another, and what makes the other a run of its own: from its value to the other's. */
export type Instead = { readonly run: string; readonly differences: readonly Difference[] };

/** A run that has, or wants, a name. */
type Named = Identified & { readonly name: string; readonly hash: string };

/** SQL of the identity of a run's data, as far as it is known. */
function dataHashOf(provenance: string): string {
  return `iif(json_valid(${provenance}), ${provenance} ->> '$.data_sha256', null) as dataHash`;
}

const COLUMNS: string = `name, hash, config, source, ${dataHashOf("provenance")}`;
const BY_NAME = `select ${COLUMNS} from run where name = ?`;
const BY_HASH = `select ${COLUMNS} from run where hash = ?`;
/** The run that had a name before it was renamed. */
const BEFORE = `select ${COLUMNS} from run where id = (select run_id from former_name where name = ?)`;

const STORED = "select hash, name from run where hash in (select value from json_each(?))";

const LABELS = `
  select m.label as label, r.hash as hash from grid_run m
    join grid g on g.id = m.grid_id join run r on r.id = m.run_id
  where g.name = ? and r.id not in (select run_id from damaged_run)`;

/**
 * Returns the names of all runs of a plan by their hashes, also of those that are not to be stored. The names are the
 * same whichever of the runs are stored first.
 */
export function nameRuns(
  sql: Statements,
  { name: grid, runs, origin }: GridPlan,
): ReadonlyMap<string, RunName> {
  const whole = origin?.runs ?? runs;
  const hashes = JSON.stringify(whole.map(({ hash }) => hash));
  type Row = { readonly hash: string; readonly name: string };
  const stored = new Map(sql.rows<Row>(STORED, hashes).map((row) => [row.hash, row.name]));
  const members = sql.rows<{ readonly label: string; readonly hash: string }>(LABELS, grid);
  const labels = new Map(members.map(({ label, hash }) => [hash, label]));
  const byLabel = new Map(members.map(({ label, hash }) => [`${grid}/${label}`, hash]));
  const wanted = new Set(whole.map(({ name }) => name));
  const given = new Map<string, Named>();
  const holderOf = (name: string): Named | undefined => {
    const other = byLabel.get(name);
    const found = given.get(name) ?? sql.row<Named>(BY_NAME, name);
    return found ?? (other === undefined ? undefined : sql.row<Named>(BY_HASH, other));
  };
  const named = whole.map((run): [string, RunName] => {
    const { hash } = run;
    const one = asNamed(run, origin?.dataHash ?? null);
    const holder = holderOf(one.name);
    const isOther = holder !== undefined && holder.hash !== hash;
    const isTaken = (name: string) => wanted.has(name) || holderOf(name) !== undefined;
    const name = isOther ? otherName(one, holder, isTaken) : one.name;
    given.set(name, one);
    const known = stored.get(hash);
    const label = labels.get(hash) ?? name.slice(grid.length + 1);
    if (known !== undefined) return [hash, { name: known, label, instead: null }];
    const before = isOther ? holder : sql.row<Named>(BEFORE, one.name);
    return [hash, { name, label, instead: before === undefined ? null : insteadOf(before, one) }];
  });
  return new Map(named);
}

function insteadOf(holder: Named, run: Named): Instead {
  return { run: holder.name, differences: differencesOf(holder, run) };
}

function asNamed({ name, hash, config, source }: PlannedRun, dataHash: string | null): Named {
  const own = { name: name.slice(0, NAME_LENGTH), hash, config, dataHash };
  return source === undefined ? own : { ...own, source };
}

/** Returns the name of a run that comes from another store: its own, unless another run has it here. */
export function importedName(sql: Statements, run: Omit<Named, "dataHash">): string {
  const holder = sql.row<Named>(BY_NAME, run.name);
  if (holder === undefined) return run.name;
  const isTaken = (name: string) => sql.value(BY_NAME, name) !== undefined;
  return otherName({ ...run, dataHash: null }, holder, isTaken);
}

const BY_LABEL = `
  select r.name as name, r.hash as hash, r.config as config, r.source as source, ${dataHashOf("r.provenance")}
  from grid_run m join run r on r.id = m.run_id
  where m.grid_id = ? and m.label = ? and r.id not in (select run_id from damaged_run)`;

/** A run that is to be in a grid, under a label that another run may have there. */
type Membership = { readonly gridId: number; readonly runId: number; readonly label: string };

/** Returns the label of a run that comes from another store: its own, unless another run of the grid has it. */
export function freeLabel(sql: Statements, { gridId, runId, label }: Membership): string {
  const holder = sql.row<Named>(BY_LABEL, gridId, label);
  const run = sql.row<Named>(`select ${COLUMNS} from run where id = ?`, runId);
  const grid = `${sql.value<string>("select name from grid where id = ?", gridId)}/`;
  if (holder === undefined || run === undefined) return label;
  const isTaken = (name: string) =>
    sql.value(BY_LABEL, gridId, name.slice(grid.length)) !== undefined;
  const isNamed = run.name.startsWith(grid) && !isTaken(run.name);
  const name = isNamed ? run.name : otherName({ ...run, name: grid + label }, holder, isTaken);
  return name.slice(grid.length);
}

/**
 * Returns a name for a run whose own another run has: its own with the values that differ (`v7-steps=500`); with the
 * first characters of its hash where that is too long, taken, or the same.
 */
export function otherName(
  run: Named,
  holder: Identified,
  isTaken: (name: string) => boolean,
): string {
  const told = toldApart(run.name, differencesOf(holder, run));
  if (told.length <= NAME_LENGTH && !isTaken(told)) return told;
  return hashedName(told, run.hash, isTaken);
}

/** Characters of the hash of data in a name. */
const HASH_SHOWN = 8;

/** Adds the values of a run to its name, before the seed, by which the name ends where there are several. */
function toldApart(name: string, differences: readonly Difference[]): string {
  const at = name.indexOf("/") + 1;
  const [grid, label] = [name.slice(0, at), name.slice(at)];
  const base = withoutSeed(label);
  const seed = label.slice(base.length).replace(/^-/, "");
  const keys = differences.map(({ key }) => key);
  const values = differences
    .filter(({ key }) => key !== "seed" || seed === "")
    .map(({ key, second }) =>
      key === "data"
        ? `data=${nameText(second).slice(0, HASH_SHOWN)}`
        : `${shortKey(key, keys)}=${nameText(second)}`,
    );
  return grid + [base, ...values, seed].filter((part) => part !== "").join("-");
}
