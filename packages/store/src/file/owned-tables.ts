/** Which tables hold what belongs to a run or a grid: read from the schema, so that none is forgotten. */
import { currentTables } from "./own-tables.ts";
import type { Statements } from "./statements.ts";

/** A table whose rows belong to a run, directly or by way of another such table. */
export type OwnedTable = {
  readonly name: string;
  /** Every column that is copied. */
  readonly columns: readonly string[];
  /** The column that says which row of `parent` a row belongs to. */
  readonly owner: string;
  readonly parent: string;
  /** A number that only this file knows a row by; given anew in another one. */
  readonly id: string | null;
};

export type Schema = {
  readonly run: readonly string[];
  readonly grid: readonly string[];
  /** Parents before their children. */
  readonly ofRun: readonly OwnedTable[];
  readonly ofGrid: readonly OwnedTable[];
};

/** Tables that are merged row by row or stay behind, not copied. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  "grid_run",
  "tag",
  "run_note",
  "grid_tag",
  "grid_note",
  "former_name",
  "colour",
  "trash_run",
  "trash_grid",
  // They say of this file what no other has to know.
  "inbox",
  "store_id",
  // Made anew in the other file: names may be others there.
  "name_digest",
  "grid_digest",
]);

type ForeignKey = { readonly table: string; readonly from: string };

/** What to make of tables that ablate has not made: `refused` where one belongs to neither runs nor grids. */
type Foreign = "refused" | "skipped" | "kept with their runs";

/** @throws Error - if a table belongs to neither runs nor grids, unless such tables are skipped */
export function readSchema(sql: Statements, foreign: Foreign = "refused"): Schema {
  const own = currentTables();
  const names = sql
    .values<string>(
      `select name from main.sqlite_schema
       where type = 'table' and name not like 'sqlite_%' order by rowid`,
    )
    .filter((name) => own.has(name) || (foreign !== "skipped" && WORD.test(name)));
  const ofRun = new Map<string, OwnedTable>();
  const ofGrid = new Map<string, OwnedTable>();
  for (const name of names) {
    if (name === "run" || name === "grid" || NOT_COPIED.has(name)) continue;
    const keys = sql.rows<ForeignKey>(
      `select "table", "from" from pragma_foreign_key_list(?)`,
      name,
    );
    const toRun = keys.find(({ table }) => table === "run" || ofRun.has(table));
    const key = toRun ?? keys.find(({ table }) => table === "grid" || ofGrid.has(table));
    if (key === undefined && foreign !== "refused" && !own.has(name)) continue;
    if (key === undefined) throw new Error(`the table ${name} belongs to no run and no grid`);
    (toRun === undefined ? ofGrid : ofRun).set(name, ownedTable(sql, name, key));
  }
  const without = (table: string) =>
    columnsOf(sql, table).flatMap(({ name }) => (name === "id" ? [] : [name]));
  return {
    run: without("run"),
    grid: without("grid"),
    ofRun: [...ofRun.values()],
    ofGrid: [...ofGrid.values()],
  };
}

function ownedTable(sql: Statements, name: string, { from: owner, table }: ForeignKey): OwnedTable {
  const all = columnsOf(sql, name);
  const [only, ...others] = all.filter(({ pk }) => pk > 0);
  const isGiven = others.length === 0 && only?.type === "INTEGER" && only.name !== owner;
  const id = isGiven ? only.name : null;
  const columns = all.map((column) => column.name).filter((column) => column !== id);
  return { name, columns, owner, parent: table, id };
}

type Column = { readonly name: string; readonly type: string; readonly pk: number };

/** A name that is itself in quotes; ours are such, and of others no name gets into SQL. */
const WORD = /^\w+$/;

function columnsOf(sql: Statements, table: string): Column[] {
  return sql
    .rows<Column>("select name, upper(type) as type, pk from pragma_table_info(?)", table)
    .filter(({ name }) => WORD.test(name));
}
