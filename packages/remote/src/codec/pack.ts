/**
 * A message as what a frame carries: JSON and arrays of numbers. What JSON lacks stands as a map of the one key `$`: the
 * place of an array, a number that is not finite, -0, an integer beyond those that a number counts by one, undefined.
 */
import type { FrameArray } from "@ablate/frames";
import { CodecError } from "./codec-error.ts";

/** Deeper than any message is, and not deep enough to exhaust the stack. */
const MOST_DEPTH = 500;

/** The key of what JSON lacks; a key of a message that begins with it begins with two of them. */
const MARK = "$";

/** What JSON lacks, by the text that stands for it. */
const VALUES: ReadonlyMap<string, number | undefined> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
  ["undefined", undefined],
]);

/** An integer that JSON writes as digits, although other integers have the same number. */
const LARGE_INTEGER = /^-?\d{16,21}$/;

/** Moves the arrays of a value to the end of `arrays`, and returns the rest of it. */
export function pack(value: unknown, arrays: FrameArray[]): unknown {
  if (typeof value === "number") return packNumber(value);
  if (value === undefined) return { [MARK]: "undefined" };
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (isFrameArray(value)) return { [MARK]: arrays.push(value) - 1 };
  if (Array.isArray(value)) return value.map((item) => pack(item, arrays));
  if (typeof value === "object" && !ArrayBuffer.isView(value)) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [packKey(key), pack(item, arrays)]));
  }
  throw new CodecError(`a message cannot carry a ${kindOf(value)}`);
}

/** Puts a value together again: every array is in one place of it. */
export function unpack(packed: unknown, arrays: Readonly<Record<string, FrameArray>>): unknown {
  const unused = new Map(Object.entries(arrays));
  const value = unpackAt(packed, unused, 0);
  if (unused.size > 0) throw new CodecError("a message has an array that it does not refer to");
  return value;
}

function unpackAt(packed: unknown, unused: Map<string, FrameArray>, depth: number): unknown {
  if (typeof packed !== "object" || packed === null) return packed;
  if (depth > MOST_DEPTH) throw new CodecError(`a message is deeper than ${MOST_DEPTH} levels`);
  if (Array.isArray(packed)) return packed.map((item) => unpackAt(item, unused, depth + 1));
  if (Object.hasOwn(packed, MARK)) return unpackMark(packed, unused);
  const entries = Object.entries(packed).map(([key, item]): [string, unknown] => [
    unpackKey(key),
    unpackAt(item, unused, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function unpackMark(packed: object, unused: Map<string, FrameArray>): unknown {
  const [[, what] = [], ...others] = Object.entries(packed);
  if (others.length === 0 && typeof what === "number") {
    const array = unused.get(String(what));
    if (array === undefined) throw new CodecError("a message names an array that it does not have");
    unused.delete(String(what));
    return array;
  }
  if (others.length === 0 && typeof what === "string") {
    if (VALUES.has(what)) return VALUES.get(what);
    if (LARGE_INTEGER.test(what)) return Number(what);
  }
  throw new CodecError("a message has a value of a kind that is not known here");
}

function packNumber(value: number): unknown {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return VALUES.has(text) || LARGE_INTEGER.test(text) ? { [MARK]: text } : value;
}

function packKey(key: string): string {
  return key.startsWith(MARK) ? MARK + key : key;
}

function unpackKey(key: string): string {
  if (key === "__proto__") throw new CodecError("a message has the key __proto__");
  return key.startsWith(MARK) ? key.slice(MARK.length) : key;
}

function isFrameArray(value: unknown): value is FrameArray {
  return (
    value instanceof Float64Array ||
    value instanceof Float32Array ||
    value instanceof Uint32Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  );
}

function kindOf(value: unknown): string {
  return ArrayBuffer.isView(value) ? value.constructor.name : typeof value;
}
