/** Takes values out of JSON that other programs have written: each is checked, none is trusted. */
import type { Seed } from "@ablate/store";
import { LogError } from "./log-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Longer names and sentences are no names and no sentences. */
const LONGEST_TEXT = 10_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a text that has to be there. */
export function textOf(head: JsonObject, key: string): string {
  const text = textOrNull(head, key);
  if (text !== null && text !== "") return text;
  throw new LogError(`it has no ${key}`);
}

export function textOrNull(head: JsonObject, key: string): string | null {
  const { [key]: value = null } = head;
  if (value === null) return null;
  if (typeof value !== "string") throw new LogError(`its ${key} is no text`);
  if (value.length > LONGEST_TEXT) throw new LogError(`its ${key} has ${value.length} characters`);
  return value.normalize("NFC");
}

/** Returns a whole number from 0 on that has to be there. */
export function wholeOf(head: JsonObject, key: string): number {
  const whole = wholeOrNull(head, key);
  if (whole !== null) return whole;
  throw new LogError(`it has no ${key}`);
}

export function wholeOrNull(head: JsonObject, key: string): number | null {
  const { [key]: value = null } = head;
  if (value === null) return null;
  if (isWhole(value)) return value;
  throw new LogError(`its ${key} is no whole number from 0 on: ${shown(value)}`);
}

/** Returns seconds, or whatever is no use where it is no number of them. */
export function secondsOrNull(head: JsonObject, key: string): number | null {
  const { [key]: value } = head;
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

export function numberOrNull(head: JsonObject, key: string): number | null {
  const { [key]: value } = head;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function objectOf(head: JsonObject, key: string): JsonObject {
  const { [key]: value = {} } = head;
  if (isObject(value)) return value;
  throw new LogError(`its ${key} is no JSON object`);
}

export function listOf(head: JsonObject, key: string): readonly unknown[] {
  const { [key]: value = [] } = head;
  if (Array.isArray(value)) return value;
  throw new LogError(`its ${key} is no list`);
}

/** Returns the names in a list, each once. */
export function namesOf(head: JsonObject, key: string): readonly string[] {
  const names = listOf(head, key).map((name) => textOf({ name }, "name"));
  const twice = names.find((name, i) => names.indexOf(name) !== i && names.length < 1000);
  if (twice !== undefined || new Set(names).size < names.length) {
    throw new LogError(`its ${key} has ${twice ?? "a name"} twice`);
  }
  return names;
}

/** Returns a value that is one of a few. */
export function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((one) => one === value);
}

export function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Returns a seed as a program gives it: a whole number, or its digits; null where it is none. */
export function seedOf(value: unknown): Seed | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) return null;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 40);
}
