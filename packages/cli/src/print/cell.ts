/** Any cell of a query: numbers in full, blobs by their size, NULL as nothing. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return String(value);
}
