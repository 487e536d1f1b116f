/** From a key to the next state, and to what has to be done outside of it. */
import { clamp, type Effect, type State, say, scrolled } from "../state/state.ts";
import type { BoundKey, Chooser, ChooserItem, Context, View } from "../views/view.ts";
import { moveKeys } from "./move-keys.ts";
import { bind, ROWS } from "./rows.ts";
import { actOf, keyName, rowOf, whyIdle } from "./table.ts";
import { sortedBy } from "./table-keys.ts";

export type Step = { readonly state: State; readonly effect: Effect | null };

/** Handles a key: on the help screen, in an open list, or in the view. */
export function reduce(before: State, key: string, context: Context): Step {
  const row = rowOf(key);
  const chooser = openedChooser(before, context.view);
  const isCovered = before.isHelp || chooser !== undefined;
  if (row === undefined) {
    return still(
      isCovered ? before : say(before, `${keyName(key)} does nothing; ? lists the keys`),
    );
  }
  const act = actOf(row, context.view.keys);
  const state: State = { ...before, message: null };
  if (typeof act === "object") return { state, effect: act };
  if (isCovered) {
    const keys = before.isHelp ? HELP_KEYS : chooserKeys(chooser);
    const found = keys.find((one) => one.keys[0] === row.keys[0])?.act;
    if (typeof found === "function") return still(found(state, context));
    return still(before.isHelp ? state : say(state, "space chooses, enter closes, esc goes back"));
  }
  return still(act === undefined ? say(before, whyIdle(key, row)) : act(state, context));
}

function still(state: State): Step {
  return { state, effect: null };
}

const closeHelp = (state: State): State => ({ ...state, isHelp: false, scroll: 0 });

const HELP_KEYS: readonly BoundKey[] = [
  ...moveKeys(
    (state, { extent }, by) => scrolled(state, by, extent),
    ({ pageRows }) => pageRows,
  ),
  bind(ROWS.help, closeHelp),
  bind(ROWS.back, closeHelp),
  bind(ROWS.enter, closeHelp),
];

/** Returns the list of a view that is open. */
export function openedChooser({ chooser }: State, { choosers }: View): Chooser | undefined {
  return choosers?.find(({ name }) => name === chooser?.name);
}

/** Returns the keys of an open list. */
function chooserKeys(chooser: Chooser | undefined): readonly BoundKey[] {
  if (chooser === undefined) return [];
  const close = (state: State): State => ({ ...state, chooser: null });
  const chosen = (state: State, { scene }: Context): ChooserItem | undefined =>
    chooser.items(state, scene)[state.chooser?.at ?? 0];
  const choose = (state: State, context: Context, isLast: boolean): State => {
    const item = chosen(state, context);
    if (item === undefined || (isLast && chooser.isSingle !== true)) return close(state);
    return chooser.choose(chooser.isSingle ? close(state) : state, context.scene, item.id);
  };
  const move = (state: State, { scene }: Context, by: number): State =>
    chooser.move?.(state, scene, by) ?? say(state, "only columns have an order of their own");
  return [
    ...moveKeys(
      (state, { scene }, by) => {
        const { length } = chooser.items(state, scene);
        const at = clamp((state.chooser?.at ?? 0) + by, 0, length - 1);
        return { ...state, chooser: { name: chooser.name, at } };
      },
      ({ pageRows }) => pageRows,
    ),
    bind(ROWS.back, close),
    bind(ROWS.choose, close),
    bind(ROWS.mark, (state, context) => choose(state, context, false)),
    bind(ROWS.enter, (state, context) => choose(state, context, true)),
    bind(ROWS.panLeft, (state, context) => move(state, context, -1)),
    bind(ROWS.panRight, (state, context) => move(state, context, 1)),
    bind(ROWS.sort, (state, context) => {
      const item = chosen(state, context);
      return item === undefined ? state : sortedBy(state, item.id);
    }),
  ];
}
