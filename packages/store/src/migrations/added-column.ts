/** A column that a table gets later. */
export type AddedColumn = {
  readonly table: string;
  readonly name: string;
  /** Its type, and what else SQL says of it. */
  readonly definition: string;
  /**
   * SQL of its value in rows that are there already, over their other columns; null: NULL. Tables in
   * subqueries go by `main.NAME`: readers of an older store evaluate it in a view named like the table.
   */
  readonly fill: string | null;
};
