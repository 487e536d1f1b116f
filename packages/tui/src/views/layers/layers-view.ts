/** The view Layers: what probes saw in the layers of a run, step by step. */
import { DRAWN_KINDS, kindTitle } from "../../data/titles.ts";
import { BASELINE_KEY } from "../../keys/annotation-keys.ts";
import { RUN_KEYS, toggleAlone } from "../../keys/move-keys.ts";
import { bind, bindBoth, hint, ROWS } from "../../keys/rows.ts";
import { choosing, chosenOf, SHOWS_OR_HIDES } from "../../keys/table-keys.ts";
import type { PaperFigure, PaperPart } from "../../state/paper-chart.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, after, clamp, type State, say } from "../../state/state.ts";
import { runGroups } from "../paper.ts";
import type { Chooser, Context, View } from "../view.ts";
import { drawLayers, PANEL_KINDS } from "./draw-layers.ts";
import { pointLayers } from "./layers-pointer.ts";
import { panelsOf, shownProbe, sidesOf } from "./shown-probe.ts";

/** Layers by which the keys for pages move: a screen rarely has more than a few. */
const PAGE = 5;

const KINDS: Chooser = {
  name: "kinds",
  title: "histograms",
  hint: SHOWS_OR_HIDES,
  items: (_, scene) => {
    const { kinds } = shownProbe(scene);
    return DRAWN_KINDS.map((id) => ({ id, title: kindTitle(id), isChosen: kinds.includes(id) }));
  },
  choose: (state, scene, choice) =>
    adjusted(state, { kinds: chosenOf(DRAWN_KINDS, shownProbe(scene).kinds, choice) }),
};

export const layersView: View = {
  name: "layers",
  title: "Layers",
  key: "5",
  help: "layers of a network: histograms of each",
  draw: drawLayers,
  paper: layersPaper,
  point: pointLayers,
  isOfOneRun: true,
  recorded: ({ run }) => (run === undefined ? [] : [run]),
  subject: ({ run }) => run,
  hints: () => [
    { keys: ["left", "right"], label: "probe" },
    { keys: ["up", "down"], label: "layer" },
    hint(ROWS.pane, "panel"),
    hint(ROWS.choose, "histograms"),
    hint(ROWS.enter, "alone"),
  ],
  choosers: [KINDS],
  keys: [
    ...bindBoth([ROWS.up, ROWS.down], toLayer),
    ...bindBoth([ROWS.pageUp, ROWS.pageDown], toLayer, PAGE),
    ...bindBoth([ROWS.left, ROWS.right], slide),
    ...bindBoth([ROWS.first, ROWS.last], slide, Number.POSITIVE_INFINITY),
    ...bindBoth([ROWS.panLeft, ROWS.panRight], toUnit),
    ...RUN_KEYS,
    bind(ROWS.enter, toggleAlone),
    bind(ROWS.pane, (state, { scene }) => {
      const sides = sidesOf(scene);
      const panel = after(panelsOf(sides), state.settings.panel);
      return say({ ...adjusted(state, { panel }), unit: 0 }, PANEL_KINDS[panel].title(sides));
    }),
    bind(ROWS.log, (state) => adjusted(state, { isOctaves: !state.settings.isOctaves })),
    bind(ROWS.mark, mark),
    {
      keys: ["w"],
      label: "two runs",
      help: "show or hide the baseline or a marked run beside this one",
      after: ROWS.baseline,
      act: toggleBeside,
    },
    choosing(KINDS),
    BASELINE_KEY,
  ],
};

/** Returns the histograms of the probe that is shown, and what lies along the depth where that is the panel. */
function layersPaper(scene: Scene): PaperFigure | string {
  const { runs, steps, at, kinds, layers } = shownProbe(scene);
  if (runs.length === 0) return "there is no run to chart";
  if (at < 0) return "this run has no probes";
  const histograms = kinds.map((tensor): PaperPart => ({ kind: "histograms", tensor }));
  const hasDepth = layers.filter(({ kind }) => kind === "hidden").length > 1;
  const isDepth = scene.state.settings.panel === "depth" && hasDepth;
  const groups = runGroups(scene, runs);
  const parts: readonly PaperPart[] = [
    ...histograms,
    ...(isDepth ? [{ kind: "layers" } as const] : []),
  ];
  return { name: "layers", groups, parts, probeStep: steps[at] };
}

function mark(state: State, { scene }: Context): State {
  const name = scene.run?.name;
  if (name === undefined) return say(state, "there is no run to mark");
  const { marks } = state.settings;
  const isMarked = marks.includes(name);
  return say(
    adjusted(state, { marks: isMarked ? marks.filter((one) => one !== name) : [...marks, name] }),
    isMarked ? `${name} is not marked any more` : `${name} is marked: n shows another beside it`,
  );
}

function toggleBeside(state: State, { scene }: Context): State {
  const isBeside = !state.settings.isBeside;
  const changed = adjusted(state, { isBeside });
  if (!isBeside) return say(changed, "one run alone");
  const { marks, baseline } = state.settings;
  const isThere = [baseline, ...marks].some((name) => name !== null && name !== scene.run?.name);
  return say(changed, isThere ? "two runs side by side" : "space marks a run, n goes to another");
}

function toLayer(state: State, { scene }: Context, by: number): State {
  const { layers, layerAt } = shownProbe(scene);
  const layer = layers[clamp(layerAt + by, 0, layers.length - 1)]?.name;
  return layer === undefined
    ? say(state, "there is no layer to go to")
    : { ...state, layer, unit: 0 };
}

/** Goes to another probe; at the last one, follows new ones while the run goes on. */
function slide(state: State, { scene }: Context, by: number): State {
  const { steps, at } = shownProbe(scene);
  if (steps.length === 0) return say(state, "there is no probe to go to");
  const to = clamp(at + by, 0, steps.length - 1);
  return { ...state, probeStep: to === steps.length - 1 ? null : (steps[to] ?? null) };
}

function toUnit(state: State, { extent }: Context, by: number): State {
  if (state.settings.panel !== "saturation")
    return say(state, "tab shows the saturation map, whose units < and > move");
  const { all, shown } = extent.units;
  if (all <= shown) return say(state, "every unit is shown");
  const unit = clamp(state.unit + by * Math.ceil(shown / 2), 0, all - shown);
  return { ...state, unit };
}
