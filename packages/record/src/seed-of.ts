import type { Seed } from "@ablate/store";

const NAMES = ["seed", "random_seed", "random_state", "manual_seed"];

/** Returns the seed that settings have by one of its usual names. */
export function seedOf(config: Readonly<Record<string, unknown>>): Seed | null {
  for (const name of NAMES) {
    const value = config[name];
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    if (typeof value === "string" && /^\d{1,19}$/.test(value)) {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
  }
  return null;
}
