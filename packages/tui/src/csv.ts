/** What is shown, as CSV (RFC 4180). */
import type { Sheet } from "./views/canvas.ts";

export function csvOf({ columns, rows }: Sheet): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  const text = value === null || Number.isNaN(value) ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
