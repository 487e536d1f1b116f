/** Copies rows from one store to another by the names of their columns. */
import type { OwnedTable } from "../file/owned-tables.ts";
import { insertion, type Statements } from "../file/statements.ts";

/** The store that is copied from and the one that is written to. */
export type Files = { readonly from: Statements; readonly to: Statements };

export type Row = Readonly<Record<string, string | number | null>>;

/** Returns these columns of a row. */
export function columnsOf(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

type Values = (string | number | null | Buffer)[];

/** Numbers of rows in one file and what they are in the other. */
type Renumbered = Map<number, number>;

/**
 * Copies all rows that belong to one run (or grid).
 *
 * @param ids - the numbers that the run has in both files
 */
export function copyOwned(
  { from, to }: Files,
  tables: readonly OwnedTable[],
  ids: { readonly from: number; readonly to: number },
): void {
  const root = new Map([[ids.from, ids.to]]);
  const renumbered = new Map<string, Renumbered>();
  for (const table of tables) {
    const { name, columns, owner, parent, id } = table;
    const isParent = tables.some((other) => other.parent === name);
    const own: Renumbered = new Map();
    const parents = renumbered.get(parent) ?? root;
    renumbered.set(name, own);
    const place = columns.indexOf(owner);
    const insert = insertion(name, columns);
    for (const row of from.stream<Values>(selection(table, tables), ids.from)) {
      const values = row.slice(0, columns.length);
      values[place] = parents.get(Number(row[place])) ?? null;
      const { lastInsertRowid } = to.run(insert, values);
      if (isParent && id !== null) own.set(Number(row[columns.length]), Number(lastInsertRowid));
    }
  }
}

/** SQL of the rows of a table that belong to one row of its root, by way of the tables between. */
function selection(table: OwnedTable, tables: readonly OwnedTable[]): string {
  const { name, columns, id } = table;
  const read = [...columns, ...(id === null ? [] : [id])].map((column) => `t."${column}"`);
  let [alias, current, joins] = ["t", table, ""];
  for (let depth = 0; ; depth++) {
    const { owner, parent } = current;
    const above = tables.find((other) => other.name === parent);
    if (above === undefined) {
      return `select ${read.join(", ")} from "${name}" t ${joins}
        where ${alias}."${owner}" = ? order by ${id === null ? "1" : `t."${id}"`}`;
    }
    const next = `p${depth}`;
    joins += ` join "${parent}" ${next} on ${next}."${above.id}" = ${alias}."${owner}"`;
    [alias, current] = [next, above];
  }
}
