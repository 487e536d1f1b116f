/** Keys of panes that stand side by side: which one has the keys, how wide it is, and whether it is there. */
import { NARROWEST, usualWidth } from "../frame/layout.ts";
import { adjusted, type State, say, wrap } from "../state/state.ts";
import type { BoundKey, Context } from "../views/view.ts";
import { bind, bindBoth, ROWS } from "./rows.ts";

/** Cells by which a pane gets wider or narrower. */
const STEP = 4;

/** They act where there are several panes, before the keys of a view. */
export const PANE_KEYS: readonly BoundKey[] = bindBoth([ROWS.previousPane, ROWS.pane], toPane);

/** They act everywhere. */
export const PANE_SIZE_KEYS: readonly BoundKey[] = [
  bind(ROWS.maximise, (state, { panes, view }) => {
    if (state.isMaximised) return { ...state, isMaximised: false };
    if (panes.length > 1) return { ...state, isMaximised: true, pane: view.name };
    return say(state, NO_PANES);
  }),
  ...bindBoth([ROWS.narrower, ROWS.wider], resize, STEP),
  bind(ROWS.hidePane, hide),
];

const NO_PANES = "there is one pane: from 120 columns on, 1 Runs shows several side by side";

/** Gives the keys to the next pane. */
function toPane(state: State, { panes, view }: Context, by: number): State {
  if (panes.length < 2) return say(state, NO_PANES);
  const next = panes[wrap(panes.indexOf(view.name) + by, panes.length)] ?? null;
  return { ...state, pane: next, scroll: 0 };
}

/** Makes the pane that has the keys wider; the one in the middle takes from the one at its right. */
function resize(state: State, { panes, view }: Context, by: number): State {
  if (panes.length < 2) return say(state, NO_PANES);
  const at = panes.indexOf(view.name);
  const isLeft = at === 0 || panes.length === 2;
  return widened(state, isLeft ? "left" : "right", {
    by: isLeft === (at === 0) && at !== 1 ? by : -by,
    panes,
  });
}

/** Moves the border of an outer pane; where it has no width of its own yet, from where it stands. */
export function widened(
  state: State,
  side: "left" | "right",
  { by, panes }: { readonly by: number; readonly panes: readonly string[] },
): State {
  const { columns } = state.size;
  const known = state.settings.panes[side] ?? usualWidth(side, columns);
  const most = columns - NARROWEST * (panes.length - 1);
  const width = Math.min(most, Math.max(NARROWEST, known + by));
  return adjusted(state, { panes: { ...state.settings.panes, [side]: width } });
}

/** Hides the pane that has the keys; from the view itself, shows all again. */
function hide(state: State, { panes, view }: Context): State {
  const { hidden } = state.settings.panes;
  const isOuter = panes.indexOf(view.name) > 0;
  if (!isOuter && hidden.length === 0)
    return say(state, panes.length > 1 ? "tab goes to the pane to hide" : NO_PANES);
  const next = isOuter ? [...hidden, view.name] : [];
  const said = isOuter ? `${view.title} is hidden; | shows it again` : "every pane is shown";
  return say(
    { ...adjusted(state, { panes: { ...state.settings.panes, hidden: next } }), pane: null },
    said,
  );
}
