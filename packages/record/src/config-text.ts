import type { Seed } from "@ablate/store";
import { type JsonObject, seedOf } from "./json-values.ts";

/** Returns the seed of a run: as its log says, else as its settings do. */
export function seedIn(config: JsonObject, said: Seed | null): Seed | null {
  return said ?? seedOf(config.seed);
}

/** Returns settings as JSON, with the seed where they do not say it. */
export function configText(config: JsonObject, seed: Seed | null): string {
  const isSaid = Object.hasOwn(config, "seed") || seed === null;
  return JSON.stringify(isSaid ? config : { ...config, seed });
}
