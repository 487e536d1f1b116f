/** Types of the columns of views, which SQLite does not know; `name:view` is that of one view alone. */
import type { ColumnType } from "./table.ts";

const TEXT =
  "run grid label state reason config hash engine tags tag note started_at ended_at error param series" +
  " unit:series split statistics layer kind text rule message level:findings factor value:effects";

const INTEGER =
  "seed steps last_step best_valid_step parameters step level n log_scale dead unit bin count example token i until";

const REAL =
  "loss lr train_loss valid_loss test_loss best_valid_loss steps_per_s log10_ratio min mean max guide low" +
  " high std saturated gamma beta logit probability value";

const TYPES: ReadonlyMap<string, ColumnType> = new Map([
  ...typed("text", TEXT),
  ...typed("integer", INTEGER),
  ...typed("float64", REAL),
  ...typed("float32", "ratio"),
]);

/** The type of a view's column. */
export function columnType(view: string, column: string): ColumnType {
  const type = TYPES.get(`${column}:${view}`) ?? TYPES.get(column);
  if (type === undefined) throw new Error(`${view}.${column} has no type to export it by`);
  return type;
}

function typed(type: ColumnType, names: string): (readonly [string, ColumnType])[] {
  return names.split(" ").map((name) => [name, type]);
}
