/** Which parts of the language of configs one uses. */
import type { Value } from "./random-model.ts";

/**
 * Returns the keys of a config, and its words with the keys that they are values of: `layers: linear`,
 * `optimizer: name=adamw`. Numbers are no parts, nor is where in a network a layer is.
 */
export function partsOf(value: Value, key: string = ""): Set<string> {
  if (typeof value === "number") return new Set();
  if (typeof value !== "object") return new Set([`${key}=${value}`]);
  if (isList(value)) return union(value.map((one) => partsOf(one, key)));
  return union(
    Object.entries(value).map(([name, one]) => {
      // Steps of a schedule, and layers by their names.
      const inner = /^\d+$/.test(name) ? "STEP" : name.replace(/^hidden\d+/, "hiddenN");
      const part = `${key}: ${inner}`;
      return union([new Set([part]), partsOf(one, inner)]);
    }),
  );
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function union(sets: readonly Set<string>[]): Set<string> {
  return new Set(sets.flatMap((set) => [...set]));
}
