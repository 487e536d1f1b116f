/** The looks of what is on the screen: the same in every view. */
import { slotOf } from "@ablate/store";
import { colourKey, type Look, looksOf, PLAIN_LOOK } from "../data/looks.ts";
import type { TableRow } from "../data/table.ts";
import { type Scene, scenePart } from "../state/scene.ts";
import { type ColourDepth, coloursOf } from "../text/theme.ts";

type Looking = { readonly scene: Scene; readonly depth: ColourDepth };

const LOOKS = scenePart(() => new Map<ColourDepth, ReadonlyMap<string, Look>>());

/** Returns the colours that were set by hand: those of the store, and those that it could not keep. */
export const coloursByHand: (scene: Scene) => ReadonlyMap<string, number> = scenePart(
  ({ snapshot, state }) =>
    new Map([...snapshot.colours, ...Object.entries(state.settings.colours)]),
);

/** Returns the place of a row in the palette. */
export function slotFor(scene: Scene, row: TableRow): number {
  const key = colourKey(row);
  return coloursByHand(scene).get(key) ?? slotOf(key);
}

/** Returns the look of a row; of what has a curve on the screen, the one that tells it from the others there. */
export function lookOf({ scene, depth }: Looking, row: TableRow): Look {
  const chosen = coloursByHand(scene);
  const colours = coloursOf(depth);
  const all = LOOKS(scene);
  const known = all.get(depth) ?? looksOf(scene.chosen.map(colourKey), { chosen, colours });
  all.set(depth, known);
  const key = colourKey(row);
  const look = known.get(key) ?? looksOf([key], { chosen, colours }).get(key);
  return look ?? PLAIN_LOOK;
}
