import type { Provenance } from "./contract/record.ts";

/** A parameter's shape as it is stored: a JSON array of numbers. */
export function parseShape(text: string): number[] {
  const shape: unknown = JSON.parse(text);
  return Array.isArray(shape) ? shape.filter((size) => typeof size === "number") : [];
}

/** A run's provenance as it is stored: one flat JSON object. */
export function parseProvenance(text: string): Provenance {
  const parsed: unknown = JSON.parse(text);
  const provenance: Record<string, string | number | boolean | null> = {};
  if (typeof parsed !== "object" || parsed === null) return provenance;
  for (const [key, value] of Object.entries(parsed)) {
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      provenance[key] = value;
    }
  }
  return provenance;
}
