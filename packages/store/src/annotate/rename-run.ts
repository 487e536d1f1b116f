import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";

const LONGEST_NAME = 80;

const FIRST_GRID = `
  select g.id as gridId, g.name as grid from grid_run gr join grid g on g.id = gr.grid_id
  where gr.run_id = ? order by gr.id limit 1`;

const TAKEN = `
  select 1 from run where name = @renamed and id <> @id
  union all
  select 1 from grid_run where grid_id = @gridId and label = @label and run_id <> @id`;

/**
 * Gives a run another label in its own grid, the first that it was planned in, and the name that
 * goes with it; call it inside a transaction.
 *
 * @param wanted - a label, or `grid/label` with the same grid
 */
export function renameRun(
  sql: Statements,
  { id, name }: { readonly id: number; readonly name: string },
  wanted: string,
): string {
  const place = sql.row<{ readonly gridId: number; readonly grid: string }>(FIRST_GRID, id);
  const grid = place?.grid ?? name.split("/")[0] ?? "";
  const gridId = place?.gridId ?? null;
  const label = labelIn(grid, wanted);
  const renamed = `${grid}/${label}`;
  if (renamed === name) return `${name} has that name already`;
  if (renamed.length > LONGEST_NAME) {
    throw new StoreError(
      `${renamed} has ${renamed.length} characters; the name of a run may have ${LONGEST_NAME}`,
    );
  }
  if (sql.value(TAKEN, { id, renamed, label, gridId }) !== undefined) {
    throw new StoreError(`${renamed} is another run; choose another name`);
  }
  sql.run("update run set name = ? where id = ?", renamed, id);
  sql.run("update grid_run set label = ? where run_id = ? and grid_id = ?", label, id, gridId);
  return `renamed ${name} to ${renamed}`;
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
