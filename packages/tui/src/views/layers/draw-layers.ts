/** Draws a probe: the slider of steps, a band for each layer, and a panel about one of them below. */
import type { TensorKind } from "@ablate/store";
import { count } from "@ablate/text";
import { fitTitles } from "../../data/labels.ts";
import { swatch } from "../../data/looks.ts";
import { isRecorded, type ShownRun } from "../../data/shown-run.ts";
import { missingText } from "../../state/follow-runs.ts";
import type { PanelName } from "../../state/settings.ts";
import {
  fitLine,
  justify,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
  wrapped,
} from "../../text/line.ts";
import { STATE_SIGNS } from "../states.ts";
import { around, type Canvas, type Drawn, NO_SHEET, type Sheet } from "../view.ts";
import { drawBands } from "./bands.ts";
import { depthPanel } from "./depth-panel.ts";
import { normPanel } from "./norm-panel.ts";
import { layerTitle, probeLoss } from "./numbers.ts";
import { mapRows, saturationPanel } from "./saturation-panel.ts";
import {
  looksOfSides,
  normTitle,
  type Panel,
  type PanelSpec,
  panelsOf,
  type ShownProbe,
  type Side,
  shownProbe,
  sidesOf,
} from "./shown-probe.ts";
import { stepsPanel } from "./steps-panel.ts";

/** Rows of a panel that is worth drawing, with the line that names it; a map wants as many as it has examples. */
const LEAST_PANEL = 8;
const MOST_BAND = 4;
/** Rows of a layer that a larger map leaves it. */
const GOOD_BAND = 3;
const TITLES = 2;
/** Cells of a run's name that step and loss leave it, where the two do not fit. */
const LEAST_NAME = 14;
/** Cells of the sign of a run's state with what is between name and step, and of the sign of its curve. */
const SIGNS = 4;
const SWATCH = 2;

export function drawLayers(canvas: Canvas): Drawn {
  const { scene, columns, rows } = canvas;
  const { run } = scene;
  const probe = shownProbe(scene);
  if (run === undefined) {
    return nothing(
      columns,
      `${missingText(canvas.state)}: n shows another, esc goes back to the runs`,
    );
  }
  if (probe.at < 0) return nothing(columns, ...whyNone(run));
  const sides = sidesOf(scene);
  const head = [headLine(canvas, sides), sliderLine(probe, columns)];
  const rest = Math.max(0, rows - head.length);
  const { lines, ...units } = bodyOf(canvas, sides, rest);
  return {
    ...units,
    lines: [...head, ...lines],
    listRows: Math.max(1, rest - TITLES),
    sheet: () => layersSheet(sides, probe.kinds),
  };
}

/** Draws bands and the panel where both fit, else one of them. */
function bodyOf(canvas: Canvas, sides: readonly Side[], rows: number): Panel {
  const { scene, state, columns, glyphs } = canvas;
  const { layers, layerAt, kinds } = shownProbe(scene);
  const layer = layers[layerAt]?.name ?? "";
  const many = layers.length;
  const wanted = panelRows(canvas, sides, rows - TITLES - GOOD_BAND * many);
  const beside = rows - TITLES - wanted;
  if (state.isAlone || (state.isPanelFirst && beside < 1))
    return drawPanel({ canvas, sides, layer, box: { columns, rows } });
  const perLayer = Math.floor(beside / Math.max(1, many));
  const band = Math.max(1, Math.min(MOST_BAND, perLayer));
  const room = state.isPanelFirst ? beside : Math.max(1, rows - TITLES);
  const { items: shown } = around(
    layers,
    layerAt,
    Math.min(layers.length, Math.floor(room / band)),
  );
  const bands = drawBands({
    sides,
    layers: shown.map(({ name }) => name),
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

/** Counts the rows that a panel wants, with the line that names it: a map has a row for each example or two, where it may. */
function panelRows({ state, glyphs }: Canvas, sides: readonly Side[], room: number): number {
  if (state.settings.panel !== "saturation") return LEAST_PANEL + 1;
  const examples = Math.max(...sides.map(({ probe }) => probe?.examples ?? 0));
  const [least, ...larger] = mapRows(examples, glyphs).map((some) => some + 1);
  return larger.findLast((some) => some <= room) ?? least ?? LEAST_PANEL + 1;
}

/** Draws each run's name, step and loss, side by side. */
function headLine({ scene, columns, depth }: Canvas, sides: readonly Side[]): Line {
  const width = Math.floor(columns / Math.max(1, sides.length));
  const first = columns - width * (sides.length - 1);
  const signs = sides.length > 1 ? SIGNS + SWATCH : SIGNS;
  const wheres = sides.map((side, i) => whereOf(side, (i === 0 ? first : width) - signs));
  const room = Math.max(8, width - Math.max(0, ...wheres.map(({ length }) => length)) - signs);
  const called = sides.map(({ run }) => ({ title: run.name, members: [run] }));
  const names = fitTitles(called, room, scene.table);
  const looks = sides.length > 1 ? looksOfSides({ scene, depth }, sides) : [];
  return sides.flatMap(({ run }, i) => {
    const { sign, tone } = STATE_SIGNS[run.state];
    const look = looks[i];
    const name: Line = [
      piece(`${sign} `, tone),
      ...(look === undefined ? [] : [swatch(look), piece(" ")]),
      { text: names[i] ?? "", bold: true },
    ];
    return justify(name, [piece(wheres[i] ?? "", "muted")], i === 0 ? first : width);
  });
}

/** Says of which step a probe is, with its examples and their loss where there is room for that beside a name. */
function whereOf({ name, run, probe }: Side, width: number): string {
  const step = probe?.step === 0 ? "at init" : `at step ${count(probe?.step)}`;
  const isMeasured = probe !== undefined && Number.isFinite(probe.loss);
  const measured = isMeasured ? `${step} · loss ${probeLoss(probe.loss)} ` : `${step} `;
  const wheres =
    probe === undefined
      ? ["no probe so early"]
      : [
          `${count(probe.examples)} ${isRecorded(run) ? "" : "training "}examples ${measured}`,
          measured,
          step,
          "",
        ];
  const least = Math.min(LEAST_NAME, name.length);
  return wheres.find(({ length }) => width - length >= least) ?? "";
}

function whyNone(run: ShownRun): string[] {
  if (run.state === "pending") return [`${run.name} has not been started yet`];
  if (isRecorded(run)) return whyNoneInLog(run);
  if (run.state === "running") return [`${run.name} has no probe yet`];
  return [
    `${run.name} was recorded without probes.`,
    "record.probes in its config sets the schedule; ablate run --restart trains it again with probes.",
  ];
}

/** Says what the log of a run lacks, and how a recorder writes it. */
function whyNoneInLog({ name, source, state }: ShownRun): string[] {
  const how =
    "`ablate_lab.watch(model, optimizer, probes=...)` in the training script records probes";
  if (source !== "frames") {
    return [`the log of ${name} (${source}) has only metrics, no probes of its network; ${how}.`];
  }
  return state === "running"
    ? [`${name} has no probe yet; ${how}.`]
    : [`${name} was recorded without probes; ${how}.`];
}

function nothing(columns: number, ...texts: readonly string[]): Drawn {
  const lines = texts.flatMap((text) => wrapped(text, columns - 2, "muted"));
  const indented = lines.map((one) => fitLine([piece(" "), ...one], columns));
  return { lines: indented, sheet: () => NO_SHEET };
}

/** Draws `step ◀ init ▶ 1 · 10 · 100 · 1,000`: all steps, or those around the one that is shown. */
function sliderLine({ steps, at }: ShownProbe, columns: number): Line {
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
    const text = isShown ? `◀ ${label(step)} ▶` : label(step);
    const isAfter = i > 0 && !isShown && from + i - 1 !== at;
    const gap = isAfter ? " · " : " ";
    return [
      piece(i === 0 ? "" : gap, "muted"),
      { text, about: `step:${step}`, ...(isShown ? { bold: true, tone: "accent" } : {}) },
    ];
  });
  const before = piece(from > 0 ? "… " : "", "muted");
  const after = piece(to < steps.length ? " …" : "", "muted");
  const left: Line = [head, before, ...shown, after];
  const keys: Line = [piece("← → another step ", "muted")];
  const hasRoom = lineWidth(left) + lineWidth(keys) + 2 <= columns;
  return hasRoom ? justify(left, keys, columns) : fitLine(left, columns);
}

/** Returns the numbers of every layer that is shown, a row for each kind. */
function layersSheet(sides: readonly Side[], kinds: readonly TensorKind[]): Sheet {
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
          const { share = null, dead = null } = saturation ?? {};
          const units = [share, dead?.length ?? null, dead?.join(" ") ?? null];
          return [[run.name, probe?.step ?? null, name, kind, mean, std, min, max, ...units]];
        }),
      ),
    ),
  };
}

type PanelKind = {
  readonly title: (sides: readonly Side[]) => string;
  readonly draw: (spec: PanelSpec) => Panel;
};

export const PANEL_KINDS: Readonly<Record<PanelName, PanelKind>> = {
  depth: { title: () => "over depth", draw: depthPanel },
  steps: { title: () => "over steps", draw: stepsPanel },
  saturation: { title: () => "saturation map", draw: saturationPanel },
  norm: { title: normTitle, draw: normPanel },
};

/** Draws the panel under a line that names all panels, in at most the rows of its box. */
function drawPanel(spec: PanelSpec): Panel {
  const { canvas, box } = spec;
  const { draw } = PANEL_KINDS[canvas.state.settings.panel];
  const { lines, ...units } = draw({ ...spec, box: { ...box, rows: box.rows - 1 } });
  return { ...units, lines: [names(spec), ...lines].slice(0, box.rows) };
}

function names({ canvas, sides, layer, box: { columns } }: PanelSpec): Line {
  const { panel } = canvas.state.settings;
  const offered = panelsOf(sides);
  const shown = offered.includes(panel) ? offered : [...offered, panel];
  const titles = shown.flatMap((one): Piece[] => {
    const text = ` ${PANEL_KINDS[one].title(sides)} `;
    const name: Piece = one === panel ? { text, bold: true, inverse: true } : piece(text, "muted");
    return [{ ...name, about: `panel:${one}` }, piece("─", "muted")];
  });
  const about = panel === "depth" ? "" : ` ${layerTitle(layer)} `;
  const left = line(piece("─", "muted"), ...titles, about);
  const keys = piece(" tab another ─", "muted");
  const rule = "─".repeat(Math.max(0, columns - lineWidth(left) - lineWidth([keys])));
  return rule === "" ? fitLine(left, columns) : [...left, piece(rule, "muted"), keys];
}
