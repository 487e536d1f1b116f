import type { GridEvent } from "@ablate/runner";

/** One event as one line of JSON, keys as in the views. */
export function eventJson(event: GridEvent): string {
  const keys = Object.entries(event).map(([key, value]) => [snakeCase(key), value] as const);
  return JSON.stringify(Object.fromEntries(keys));
}

function snakeCase(key: string): string {
  if (key === "stepsPerSecond") return "steps_per_s";
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
