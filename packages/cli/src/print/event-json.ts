import { visibleJson } from "@ablate/text";

/** Writes an event as one line of JSON, with keys as in the views. */
export function eventJson(event: { readonly event: string }): string {
  const keys = Object.entries(event).map(([key, value]) => [snakeCase(key), value] as const);
  return visibleJson(Object.fromEntries(keys));
}

function snakeCase(key: string): string {
  if (key === "stepsPerSecond") return "steps_per_s";
  const name = key.replace(/^is(?=[A-Z])/, "");
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^_/, "");
}
