/** The one place where JSON that a store keeps becomes data: what has another shape is damage, and no crash. */
import { DamageError } from "../file/store-error.ts";
import type { Provenance } from "../writing/record.ts";

/**
 * Reads a map, such as a run's config, its provenance or its thresholds.
 *
 * @param what - how the error calls it
 * @throws DamageError - if it is no JSON of a map
 */
export function storedMap(text: string, what: string): Readonly<Record<string, unknown>> {
  const value = parsed(text, what);
  if (isMap(value)) return value;
  throw new DamageError(`its ${what} is no JSON of a map`);
}

/** Reads a run's provenance, one flat map: values of another shape are left out. @throws DamageError - if it is no JSON of a map */
export function storedProvenance(text: string): Provenance {
  const provenance: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(storedMap(text, "provenance"))) {
    if (value === null || isPlain(value)) provenance[key] = value;
  }
  return provenance;
}

/** Says whether a stored value is JSON of a map. */
export function isStoredMap(value: unknown): boolean {
  try {
    return isMap(JSON.parse(String(value)));
  } catch {
    return false;
  }
}

/**
 * Reads a shape: sizes of a tensor.
 *
 * @throws DamageError - if it is no JSON list of whole numbers; one may be 0, since a network of another program may have an empty parameter
 */
export function storedShape(text: string): number[] {
  const value = parsed(text, "shape of a parameter");
  if (Array.isArray(value) && value.every(isSize)) return value;
  throw new DamageError("its parameters have a shape that is no list of whole numbers");
}

/** Says whether a value of JSON has keys of its own. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamageError(`its ${what} is no JSON`, { cause });
  }
}
