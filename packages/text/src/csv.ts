/** CSV by RFC 4180. */

type Value = string | number | null;

type Table = { readonly columns: readonly string[]; readonly rows: Iterable<readonly Value[]> };

/** Writes rows under a header; null and NaN are nothing. */
export function csvOf(table: Table): string {
  return [...csvLines(table)].join("");
}

/** Writes the header and then each row, as they come. */
export function* csvLines({ columns, rows }: Table): Generator<string> {
  const text = (value: Value): string =>
    value === null || Number.isNaN(value) ? "" : String(value);
  yield csvRow(columns);
  for (const row of rows) yield csvRow(row.map(text));
}

/** Writes fields as one line with its end. */
export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

/** Writes one field, in quotes where it has to be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
