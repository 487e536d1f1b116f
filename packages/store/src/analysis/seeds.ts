/** Which runs are the same but for the seed. */
import { type Configured, isFactor } from "./factors.ts";

const known = new WeakMap<Configured["settings"], string>();

/** Returns what runs have in common that are the same but for the seed, and no others. */
export function seedlessId({ settings }: Pick<Configured, "settings">): string {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const factors = settings.filter(({ key }) => isFactor(key)).map(({ key, id }) => `${key}=${id}`);
  const id = factors.sort().join("\n");
  known.set(settings, id);
  return id;
}

/** Takes the seed off the end of a run's name or label: `study/v5` for `study/v5-seed=42`. */
export function withoutSeed(name: string): string {
  return name.replace(/(?:^|[-/])seed=\d+$/, "");
}
