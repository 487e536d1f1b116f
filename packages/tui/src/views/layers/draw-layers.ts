/** Draws a probe: the slider of steps, a band for each layer, and a panel about one of them below. */
import type { TensorKind } from "@ablate/store";
import { count, loss, middleEllipsis } from "@ablate/text";
import { dotsOf, type Glyphs } from "../../chart/raster.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { PANELS, type PanelName } from "../../state/settings.ts";
import {
  fitLine,
  justify,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
  restyle,
} from "../../text/line.ts";
import { wrap } from "../run/run-texts.ts";
import { STATE_SIGNS } from "../states.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";
import { drawBands } from "./bands.ts";
import { depthPanel } from "./depth-panel.ts";
import { normPanel } from "./norm-panel.ts";
import type { Panel, PanelSpec } from "./panel.ts";
import { saturationPanel } from "./saturation-panel.ts";
import { type ShownProbe, type Side, shownProbe, sidesOf } from "./shown-probe.ts";
import { stepsPanel } from "./steps-panel.ts";

/** Rows of a panel that is worth drawing, with the line that names it; a map wants as many as it has examples. */
const LEAST_PANEL = 8;
const MOST_BAND = 4;
const TITLES = 2;
/** Cells of a run's name that step and loss leave it, where the two do not fit. */
const LEAST_NAME = 14;

export function drawLayers(canvas: Canvas): Drawn {
  const { scene, columns, rows } = canvas;
  const { run } = scene;
  const probe = shownProbe(scene);
  if (run === undefined) return nothing(canvas, " no run to look into: esc goes back to the runs");
  if (probe.at < 0) return nothing(canvas, ...whyNone(run));
  const sides = sidesOf(scene);
  const head = [headLine(sides, columns), sliderLine(probe, columns)];
  const rest = Math.max(0, rows - head.length);
  const { lines, units } = bodyOf(canvas, sides, rest);
  return {
    lines: [...head, ...lines],
    ...(units === undefined ? {} : { units }),
    listRows: Math.max(1, rest - TITLES),
    sheet: () => layersSheet(sides, probe.kinds),
  };
}

/** Draws bands and the panel where both fit, else one of them. */
function bodyOf(canvas: Canvas, sides: readonly Side[], rows: number): Panel {
  const { scene, state, columns, glyphs } = canvas;
  const { layers, layerAt, kinds } = shownProbe(scene);
  const layer = layers[layerAt]?.name ?? "";
  const wanted = state.settings.panel === "saturation" ? mapRows(sides, glyphs) : LEAST_PANEL + 1;
  const beside = rows - TITLES - wanted;
  if (state.isAlone || (state.isPanelFirst && beside < 1))
    return drawPanel({ canvas, sides, layer, box: { columns, rows } });
  const perLayer = Math.floor(beside / Math.max(1, layers.length));
  const band = Math.max(1, Math.min(MOST_BAND, perLayer));
  const room = state.isPanelFirst ? beside : Math.max(1, rows - TITLES);
  const shown = Math.min(layers.length, Math.floor(room / band));
  const first = Math.max(0, Math.min(layerAt - Math.floor(shown / 2), layers.length - shown));
  const bands = drawBands({
    sides,
    layers: layers.slice(first, first + shown).map(({ name }) => name),
    focused: layer,
    kinds,
    columns,
    rows: band,
    isOctaves: state.settings.isOctaves,
    glyphs,
  });
  const left = rows - bands.length;
  if (left < LEAST_PANEL) return { lines: bands };
  const panel = drawPanel({ canvas, sides, layer, box: { columns, rows: left } });
  return { ...panel, lines: [...bands, ...panel.lines] };
}

/** Counts the rows of a saturation map with its two lines of words. */
function mapRows(sides: readonly Side[], glyphs: Glyphs): number {
  const examples = Math.max(...sides.map(({ probe }) => probe?.examples ?? 0));
  return Math.ceil(examples / dotsOf(glyphs).down) + 2;
}

/** Draws each run's name, step and loss, side by side. */
function headLine(sides: readonly Side[], columns: number): Line {
  const width = Math.floor(columns / Math.max(1, sides.length));
  const first = columns - width * (sides.length - 1);
  return sides.flatMap((side, i) => headOf(side, i === 0 ? first : width));
}

function headOf({ run, name, probe }: Side, width: number): Line {
  const { sign, tone } = STATE_SIGNS[run.state];
  const step = probe?.step === 0 ? "at init" : `at step ${count(probe?.step)}`;
  const wheres =
    probe === undefined ? ["no probe so early"] : [`${step} · loss ${loss(probe.loss)} `, step, ""];
  const least = Math.min(LEAST_NAME, name.length);
  const where = wheres.find(({ length }) => width - length - 4 >= least) ?? "";
  const room = width - where.length - 4;
  const left: Line = [
    piece(`${sign} `, tone),
    { text: middleEllipsis(name, Math.max(8, room)), bold: true },
  ];
  return justify(left, [piece(where, "muted")], width);
}

function whyNone(run: ShownRun): string[] {
  if (run.state === "pending") return [` ${run.name} has not been started yet`];
  if (run.state === "running") return [` ${run.name} has no probe yet`];
  return [
    ` ${run.name} was recorded without probes.`,
    " record.probes in its config says when to look; ablate run --restart trains it again with it.",
  ];
}

function nothing({ columns }: Canvas, ...texts: readonly string[]): Drawn {
  const lines = texts.flatMap((text) =>
    wrap(text.trim().split(" "), columns - 2).map((one) =>
      fitLine([piece(" "), ...restyle(one, { tone: "muted" })], columns),
    ),
  );
  return { lines, sheet: () => ({ columns: [], rows: [] }) };
}

/** Draws `step ◀ init ▶ 1 · 10 · 100 · 1,000`: all steps, or those around the one that is shown. */
export function sliderLine({ steps, at }: ShownProbe, columns: number): Line {
  const head = piece(" step  ", "muted");
  const label = (step: number | undefined) => (step === 0 ? "init" : count(step));
  const room = columns - lineWidth([head]) - 8;
  const width = (i: number) => label(steps[i]).length + 3;
  let [from, to, used] = [at, at + 1, width(at) + 4];
  while (from > 0 || to < steps.length) {
    const isLeft = from > 0 && (to >= steps.length || at - from <= to - 1 - at);
    const next = isLeft ? from - 1 : to;
    if (used + width(next) > room) break;
    used += width(next);
    if (isLeft) from = next;
    else to = next + 1;
  }
  const shown = steps.slice(from, to).flatMap((step, i): Piece[] => {
    const isShown = from + i === at;
    const one: Piece = isShown
      ? { text: `◀ ${label(step)} ▶`, bold: true, tone: "accent" }
      : piece(label(step));
    const isAfter = i > 0 && !isShown && from + i - 1 !== at;
    const gap = i === 0 ? "" : isAfter ? " · " : " ";
    return [piece(gap, "muted"), one];
  });
  const before = from > 0 ? [piece("… ", "muted")] : [];
  const after = to < steps.length ? [piece(" …", "muted")] : [];
  const left: Line = [head, ...before, ...shown, ...after];
  const keys: Line = [piece("← → another step ", "muted")];
  const hasRoom = lineWidth(left) + lineWidth(keys) + 2 <= columns;
  return hasRoom ? justify(left, keys, columns) : fitLine(left, columns);
}

/** Returns the numbers of every layer that is shown, a row for each kind. */
export function layersSheet(sides: readonly Side[], kinds: readonly TensorKind[]): Sheet {
  return {
    columns: [
      ...["run", "step", "layer", "kind", "mean", "std", "min", "max"],
      ...["saturated", "dead", "dead_units"],
    ],
    rows: sides.flatMap(({ run, probe }) =>
      (probe?.layers ?? []).flatMap(({ name, tensors, saturation }) =>
        kinds.flatMap((kind) => {
          const tensor = tensors[kind];
          if (tensor === undefined) return [];
          const { mean, std, min, max } = tensor;
          return [
            [
              ...[run.name, probe?.step ?? null, name, kind, mean, std, min, max],
              ...[saturation?.share ?? null, saturation?.dead.length ?? null],
              saturation?.dead.join(" ") ?? null,
            ],
          ];
        }),
      ),
    ),
  };
}

const PANEL_DRAWERS = {
  depth: depthPanel,
  steps: stepsPanel,
  saturation: saturationPanel,
  norm: normPanel,
} as const;

export const PANEL_TITLES: Readonly<Record<PanelName, string>> = {
  depth: "over depth",
  steps: "over steps",
  saturation: "saturation map",
  norm: "batch norm",
};

/** Draws the panel under a line that names all panels, in at most the rows of its box. */
export function drawPanel({ box, ...spec }: PanelSpec): Panel {
  const { panel } = spec.canvas.state.settings;
  const drawn = PANEL_DRAWERS[panel]({ ...spec, box: { ...box, rows: box.rows - 1 } });
  return { ...drawn, lines: [names(spec, box.columns), ...drawn.lines].slice(0, box.rows) };
}

function names({ canvas, layer }: Omit<PanelSpec, "box">, columns: number): Line {
  const { panel } = canvas.state.settings;
  const titles = PANELS.flatMap((one): Piece[] => [
    one === panel
      ? { text: ` ${PANEL_TITLES[one]} `, bold: true, inverse: true }
      : piece(` ${PANEL_TITLES[one]} `, "muted"),
    piece("─", "muted"),
  ]);
  const about = panel === "depth" ? "" : ` ${layer} `;
  const left = line(piece("─", "muted"), ...titles, about);
  const keys = piece(" tab another ─", "muted");
  const rule = "─".repeat(Math.max(0, columns - lineWidth(left) - lineWidth([keys])));
  return rule === "" ? fitLine(left, columns) : [...left, piece(rule, "muted"), keys];
}
