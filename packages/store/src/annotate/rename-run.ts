import type { Database } from "better-sqlite3";
import { StoreError } from "../file/store-error.ts";

const LONGEST_NAME = 80;

type Place = { readonly gridId: number; readonly grid: string };

/**
 * Gives a run another label in its own grid, the first that it was planned in, and the name that
 * goes with it; call it inside a transaction.
 *
 * @param wanted - a label, or `grid/label` with the same grid
 */
export function renameRun(
  database: Database,
  { id, name }: { readonly id: number; readonly name: string },
  wanted: string,
): string {
  const place = placeOf(database, id);
  const grid = place?.grid ?? name.split("/")[0] ?? "";
  const label = labelIn(grid, wanted);
  const renamed = `${grid}/${label}`;
  if (renamed === name) return `${name} has that name already`;
  if (renamed.length > LONGEST_NAME) {
    throw new StoreError(
      `${renamed} has ${renamed.length} characters; the name of a run may have ${LONGEST_NAME}`,
    );
  }
  if (isTaken(database, { id, renamed, label, gridId: place?.gridId ?? null })) {
    throw new StoreError(`${renamed} is another run; choose another name`);
  }
  database.prepare("update run set name = ? where id = ?").run(renamed, id);
  database
    .prepare("update grid_run set label = ? where run_id = ? and grid_id = ?")
    .run(label, id, place?.gridId ?? null);
  return `renamed ${name} to ${renamed}`;
}

function placeOf(database: Database, id: number): Place | undefined {
  const find = database.prepare<[number], Place>(
    `select g.id as gridId, g.name as grid from grid_run gr join grid g on g.id = gr.grid_id
     where gr.run_id = ? order by gr.id limit 1`,
  );
  return find.get(id);
}

function labelIn(grid: string, wanted: string): string {
  const [first = "", ...rest] = wanted.split("/");
  const label = rest.length === 0 ? first : rest.join("/");
  if (rest.length > 0 && first !== grid) {
    throw new StoreError(`a run keeps its grid; name it ${grid}/LABEL, not "${wanted}"`);
  }
  if (!/^[A-Za-z0-9._=-]+$/.test(label)) {
    throw new StoreError(
      `${JSON.stringify(label)} is no name for a run; it has letters, digits, ".", "_", "=" and "-" only`,
    );
  }
  return label;
}

type Renamed = {
  readonly id: number;
  readonly renamed: string;
  readonly label: string;
  readonly gridId: number | null;
};

function isTaken(database: Database, { id, renamed, label, gridId }: Renamed): boolean {
  const other = database.prepare(
    `select 1 from run where name = @renamed and id <> @id
     union all
     select 1 from grid_run where grid_id = @gridId and label = @label and run_id <> @id`,
  );
  return other.get({ id, renamed, label, gridId }) !== undefined;
}
