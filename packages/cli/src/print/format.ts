/** Numbers as people read them; what is unknown is a dash. */
export const UNKNOWN = "-";

type Maybe = number | null | undefined;

/** A loss in nats: four decimals. */
export function loss(value: Maybe): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(4) : UNKNOWN;
}

/** A whole number with separators: 200,000. */
export function count(value: Maybe): string {
  return typeof value === "number" && Number.isFinite(value)
    ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")
    : UNKNOWN;
}

/** Seconds as 12 s, 3 min 20 s or 2 h 05 min. */
export function duration(seconds: Maybe): string {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Any cell of a query: numbers in full, blobs by their size, NULL as nothing. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return String(value);
}
