import type { Database } from "better-sqlite3";
import type { OwnedTable } from "../file/owned-tables.ts";

/** The store that is copied from and the one that is written to. */
export type Files = { readonly from: Database; readonly to: Database };

export type Row = Readonly<Record<string, string | number | null>>;

/** Makes what inserts a row by the names of its columns and returns its number. */
export function inserter(
  database: Database,
  table: string,
  columns: readonly string[],
): (row: Row) => number {
  const quoted = columns.map((column) => `"${column}"`).join(", ");
  const insert = database.prepare(
    `insert into "${table}" (${quoted}) values (${columns.map(() => "?").join(", ")})`,
  );
  return (row) => Number(insert.run(columns.map((column) => row[column])).lastInsertRowid);
}

/** Makes what sets columns of a row. */
export function updater(
  database: Database,
  table: string,
  columns: readonly string[],
): (id: number, row: Row) => void {
  const set = columns.map((column) => `"${column}" = ?`).join(", ");
  const update = database.prepare(`update "${table}" set ${set} where id = ?`);
  return (id, row) => {
    update.run([...columns.map((column) => row[column]), id]);
  };
}

type Values = (string | number | null | Buffer)[];

/** Numbers of rows in one file and what they are in the other. */
type Renumbered = Map<number, number>;

/**
 * Makes what copies all rows that belong to one run (or grid) from a file to another, by the names of
 * their columns.
 *
 * @param root - the table that everything belongs to
 */
export function ownedCopier(
  { from, to }: { readonly from: Database; readonly to: Database },
  root: "run" | "grid",
  tables: readonly OwnedTable[],
): (fromId: number, toId: number) => void {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const copies = tables.map((table) => {
    const { name, columns, owner, parent, id } = table;
    const read = [...columns, ...(id === null ? [] : [id])];
    const select = from
      .prepare<[number], Values>(
        `select ${read.map((column) => `t."${column}"`).join(", ")} from "${name}" t ${joins(table)}
         where ${rootColumn(table)} = ? order by ${id === null ? "1" : `t."${id}"`}`,
      )
      .raw();
    const insert = to.prepare<Values>(
      `insert into "${name}" (${columns.map((column) => `"${column}"`).join(", ")})
       values (${columns.map(() => "?").join(", ")})`,
    );
    return { name, parent, place: columns.indexOf(owner), count: columns.length, select, insert };
  });

  return (fromId, toId) => {
    const renumbered = new Map<string, Renumbered>([[root, new Map([[fromId, toId]])]]);
    for (const { name, parent, place, count, select, insert } of copies) {
      const ids: Renumbered = new Map();
      renumbered.set(name, ids);
      const parents = renumbered.get(parent);
      const isParent = tables.some((table) => table.parent === name);
      for (const row of select.iterate(fromId)) {
        const values = row.slice(0, count);
        values[place] = parents?.get(Number(row[place])) ?? null;
        const { lastInsertRowid } = insert.run(...values);
        if (isParent) ids.set(Number(row[count]), Number(lastInsertRowid));
      }
    }
  };

  function joins({ owner, parent }: OwnedTable, alias = "t", depth = 0): string {
    const above = byName.get(parent);
    if (above === undefined) return "";
    const next = `p${depth}`;
    return `join "${parent}" ${next} on ${next}."${above.id}" = ${alias}."${owner}" ${joins(above, next, depth + 1)}`;
  }

  function rootColumn(table: OwnedTable): string {
    let [alias, current] = ["t", table];
    for (let depth = 0; ; depth++) {
      const above = byName.get(current.parent);
      if (above === undefined) return `${alias}."${current.owner}"`;
      [alias, current] = [`p${depth}`, above];
    }
  }
}
