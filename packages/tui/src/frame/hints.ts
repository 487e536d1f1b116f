/** The keys that one needs now, in the order in which they matter. */
import { hint, ROWS } from "../keys/rows.ts";
import { actsIn, KEYS } from "../keys/table.ts";
import type { Scene } from "../state/scene.ts";
import type { State } from "../state/state.ts";
import type { Hint, View } from "../views/view.ts";

/** Keys beside those for commands, help and leaving. */
const MOST = 5;

const LEAVE: Hint = { keys: ["ctrl-c"], label: "quit" };
const PROGRAM: readonly Hint[] = [hint(ROWS.command), hint(ROWS.help), hint(ROWS.quit)];

const IN_HELP: readonly Hint[] = [
  { keys: ["up", "down"], label: "scroll" },
  { keys: ["escape"], label: "close" },
  LEAVE,
];

const CROSSHAIR: readonly Hint[] = [
  { keys: ["left", "right"], label: "move" },
  hint(ROWS.crosshair, "off"),
  { keys: [":"], label: "step 1,234" },
  hint(ROWS.zoomIn),
];

const ZOOMED: readonly Hint[] = [
  hint(ROWS.zoomOut, "out"),
  { keys: ["<", ">"], label: "earlier, later" },
  { keys: ["escape"], label: "all steps" },
  hint(ROWS.zoomIn),
  hint(ROWS.crosshair),
];

/** Returns the keys that one needs now: what is open says which, else the view. */
export function hintsOf(state: State, scene: Scene, view: View): readonly Hint[] {
  if (state.isHelp) return IN_HELP;
  const chooser = view.choosers?.find(({ name }) => name === state.chooser?.name);
  if (chooser !== undefined) return inList(chooser.isSingle === true);
  const own = ownHints(state, scene, view);
  return [...own.slice(0, MOST), ...PROGRAM];
}

function inList(isSingle: boolean): readonly Hint[] {
  const choose: readonly Hint[] = isSingle
    ? [{ keys: ["enter"], label: "choose" }]
    : [
        { keys: [" "], label: "show or hide" },
        { keys: ["ctrl-a"], label: "all" },
        { keys: ["enter"], label: "close" },
      ];
  return [...choose, { keys: ["escape"], label: "close" }, LEAVE];
}

function ownHints(state: State, scene: Scene, view: View): readonly Hint[] {
  const hasCurves = view.keys.some(({ keys }) => keys[0] === ROWS.crosshair.keys[0]);
  if (hasCurves && state.crosshair !== null) return CROSSHAIR;
  const usual = view.hints?.(state, scene) ?? labelled(view);
  return hasCurves && state.zoom !== null ? ZOOMED : usual;
}

/** Of a view that names none, the keys that have a word for the footer. */
function labelled(view: View): readonly Hint[] {
  const others = new Set(PROGRAM.map(({ keys }) => keys[0]));
  return KEYS.filter((row) => row.label !== undefined && actsIn(row, view))
    .filter(({ keys }) => !others.has(keys[0]))
    .map((row) => hint(row));
}
