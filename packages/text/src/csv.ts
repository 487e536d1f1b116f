/** CSV by RFC 4180. */

type Value = string | number | null;

/** Writes rows under a header; null and NaN are nothing. */
export function csvOf({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}): string {
  const text = (value: Value): string =>
    value === null || Number.isNaN(value) ? "" : String(value);
  return [columns, ...rows].map((row) => csvRow(row.map(text))).join("");
}

/** Writes fields as one line with its end. */
export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

/** Writes one field, in quotes where it has to be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
