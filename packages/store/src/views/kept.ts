/** What is not in the trash: views beneath the views. */

export const keptViews: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "kept_run",
    sql: "select * from run where id not in (select run_id from trash_run)",
  },
  {
    name: "kept_grid",
    sql: "select * from grid where id not in (select grid_id from trash_grid)",
  },
  {
    name: "kept_grid_run",
    sql: `select * from grid_run where grid_id not in (select grid_id from trash_grid)
      and run_id not in (select run_id from trash_run)`,
  },
];

/** SQL over the tables as SQL over what is kept of them, so that no view can forget the trash. */
export function ofKept(sql: string): string {
  return sql.replace(/\b(from|join) (run|grid|grid_run)\b/g, "$1 kept_$2");
}
