/** What is shown, as CSV (RFC 4180). */
import type { Sheet } from "./views/view.ts";

export function csvOf({ columns, rows }: Sheet): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** One field, in quotes where it has to be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function field(value: string | number | null): string {
  return csvField(value === null || Number.isNaN(value) ? "" : String(value));
}
