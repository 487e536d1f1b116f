/** Colours that are given by hand. */
import type { Annotation } from "@ablate/store";
import { rowUnder } from "../commands/names.ts";
import { colourKey } from "../data/looks.ts";
import { nextColour } from "../data/next-colour.ts";
import { adjusted, type State, say } from "../state/state.ts";
import { coloursByHand } from "../views/looks.ts";
import type { Context } from "../views/view.ts";

export type ColourAnnotation = Extract<Annotation, { readonly kind: "colour" }>;

/** Returns the next colour for what is under the cursor; null where nothing is. */
export function nextForCursor(state: State, context: Context): ColourAnnotation | null {
  const row = rowUnder(state, context);
  if (row === undefined) return null;
  const slot = nextColour(row, context.scene.chosen, coloursByHand(context.scene));
  return { kind: "colour", key: colourKey(row), slot };
}

/** Remembers a colour that the store has kept, or could not keep: then with how it is looked at. */
export function coloured(state: State, { key, slot }: ColourAnnotation, isKept: boolean): State {
  const { [key]: _, ...colours } = state.settings.colours;
  if (isKept) return adjusted(state, { colours });
  const own = slot === null ? colours : { ...colours, [key]: slot };
  const said = "the store cannot be written: the colour is kept only on this machine";
  return say(adjusted(state, { colours: own }), said);
}
