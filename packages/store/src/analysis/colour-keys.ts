/** Which colour a run or a group has: a place of the palette, the same one everywhere and for life. */
import type { RunSummary } from "../reading/history.ts";
import { type Configured, seedlessId } from "./factors.ts";
import { settingsReader } from "./read-settings.ts";

/** Places of the palette. */
export const COLOUR_SLOTS = 16;

/** Of many, the one with which the groups of the configs that come with ablate share the fewest colours. */
const SALT = 1285;

type Coloured = Configured & { readonly name: string };

/** Returns the key of a colour: the identity of a run that is alone, or what several have in common; null where that is not all but the seed. */
export function colourKeyOf([first, ...others]: readonly [Coloured, ...Coloured[]]): string | null {
  if (others.length === 0) return `run:${first.hash ?? first.name}`;
  const id = seedlessId(first);
  return others.every((run) => seedlessId(run) === id) ? `group:${hashOf(id).toString(16)}` : null;
}

/** Returns the place that a key has unless another is set by hand. */
export function slotOf(key: string): number {
  return hashOf(`${SALT} ${key}`) % COLOUR_SLOTS;
}

/**
 * Returns the place of each group as the UI shows it.
 *
 * @param colours - places that were set by hand, by key
 */
export function slotsOf(
  groups: readonly (readonly [RunSummary, ...RunSummary[]])[],
  colours: ReadonlyMap<string, number>,
): readonly number[] {
  // Settings that comparisons add depend on what is compared; colours must not.
  const settingsOf = settingsReader();
  const read = (run: RunSummary): Coloured => ({ ...run, settings: settingsOf(run) });
  return groups.map(([first, ...others]) => {
    const key = colourKeyOf([read(first), ...others.map(read)]) ?? `group:${first.name}`;
    return colours.get(key) ?? slotOf(key);
  });
}

/** FNV-1a: equal texts have equal colours on every machine. */
function hashOf(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value ^= value >>> 15; // the low bits of FNV alone are those of the last characters
  return value >>> 0;
}
