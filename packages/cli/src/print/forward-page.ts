import { right, table, visible, visibleSpaces } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import type { ForwardRow, LogitRow } from "../forward/rows.ts";
import { numberLines } from "./number-lines.ts";
import { tableStyle } from "./styles.ts";

const DECIMALS = 4;

/** Writes rows for people: a table for each context, lines of values, or a table of units. */
export function forwardPage(rows: readonly ForwardRow[], columns: number, paint: Paint): string {
  const style = tableStyle(paint);
  const fixed = (value: number | null): string => value?.toFixed(DECIMALS) ?? "-";
  const units = rows.filter((row) => "unit" in row);
  if (units.length > 0) {
    const cells = units.map(({ unit, mean, std }) => [String(unit), fixed(mean), fixed(std)]);
    return table(["unit", "mean", "std"].map(right), cells, style);
  }
  const shown = (context: string): string => visible(visibleSpaces(context));
  const values = rows.filter((row) => "values" in row);
  if (values.length > 0) {
    const blocks = values.map(
      (row) => `${shown(row.context)}\n${numberLines(row.values.map(fixed), columns)}`,
    );
    return blocks.join("\n");
  }
  const logits = rows.filter((row) => "logit" in row);
  const byContext = Map.groupBy(logits, (_, i) => Math.floor(i / perContext(logits)));
  const tables = [...byContext.values()].map((of) => {
    const cells = of.map((row) => [
      shown(row.character),
      ...[row.logit, row.probability].map(fixed),
    ]);
    return table([shown(of[0]?.context ?? ""), right("logit"), right("probability")], cells, style);
  });
  return tables.join("\n");
}

/** Rows of one context: as many as there are characters. */
function perContext(rows: readonly LogitRow[]): number {
  return new Set(rows.map(({ character }) => character)).size;
}
