/** Times of day for people, of texts in ISO 8601. */

/** Writes a time to the minute: `2026-11-28 23:31`. */
export function toMinute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

/** Writes a time to the second: `2026-11-28 23:31:43`. */
export function toSecond(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}
