/** Which probe of which runs the view Layers shows, what it saw there, and what a panel about it is told. */
import {
  type LayerProbe,
  type Probe,
  settingOf,
  type TensorKind,
  type TensorProbe,
} from "@ablate/store";
import { colourKey, type Look, looksOf, PLAIN_LOOK } from "../../data/looks.ts";
import type { RunReader } from "../../data/run-reader.ts";
import { isRecorded, type ShownRun } from "../../data/shown-run.ts";
import { rowOf } from "../../data/table.ts";
import { DEFAULT_KINDS, DRAWN_KINDS } from "../../data/titles.ts";
import { type Scene, scenePart } from "../../state/scene.ts";
import { PANELS, type PanelName } from "../../state/settings.ts";
import { type Line, line, piece } from "../../text/line.ts";
import { coloursOf } from "../../text/theme.ts";
import { coloursByHand } from "../looks.ts";
import type { Box } from "../plots.ts";
import type { Canvas } from "../view.ts";

export type ShownLayer = Pick<LayerProbe, "name" | "kind">;

export type ShownProbe = {
  /** The run that the view is about, and the one beside it. */
  readonly runs: readonly ShownRun[];
  /** Steps at which there is a probe of the first. */
  readonly steps: readonly number[];
  /** Which of them is shown; -1 where there is none. */
  readonly at: number;
  /** Layers of either, in the order of the model. */
  readonly layers: readonly ShownLayer[];
  readonly layerAt: number;
  readonly kinds: readonly TensorKind[];
};

const NO_PROBE: ShownProbe = { runs: [], steps: [], at: -1, layers: [], layerAt: -1, kinds: [] };

export const shownProbe: (scene: Scene) => ShownProbe = scenePart((scene) => {
  const { state, run, readers } = scene;
  if (run === undefined) return NO_PROBE;
  const { kinds } = state.settings;
  const steps = readers.stored.probeSteps(run);
  const at = stepIndex(steps, state.probeStep);
  const step = steps[at];
  const runs = [run, otherRun(scene)].filter((one) => one !== undefined);
  const all = step === undefined ? [] : runs.map((one) => layersAt(one, step, readers.stored));
  // Models differ in how many layers are hidden, not in their names.
  const layers = all.reduce((most, some) => (some.length > most.length ? some : most), []);
  return {
    runs,
    steps,
    at,
    layers,
    layerAt: layerIndex(layers, state.layer),
    kinds:
      kinds === null
        ? defaultKinds(run, step, readers.stored)
        : DRAWN_KINDS.filter((kind) => kinds.includes(kind)),
  };
});

/** Returns the usual kinds of numbers that a probe has; where it has none of these, the others. */
function defaultKinds(
  run: ShownRun,
  step: number | undefined,
  reader: RunReader,
): readonly TensorKind[] {
  const layers = step === undefined ? [] : (reader.probe(run, step)?.layers ?? []);
  const isThere = (kind: TensorKind) => layers.some(({ tensors }) => tensors[kind] !== undefined);
  const usual = DEFAULT_KINDS.filter(isThere);
  const found = usual.length > 0 ? usual : DRAWN_KINDS.filter(isThere);
  return found.length > 0 ? found : DEFAULT_KINDS;
}

/** Returns a run's layers, as its last probe up to a step has them. */
function layersAt(run: ShownRun, step: number, reader: RunReader): readonly ShownLayer[] {
  const steps = reader.probeSteps(run);
  const own = steps[stepIndex(steps, step)];
  return own === undefined ? [] : (reader.probe(run, own)?.layers ?? []);
}

/** Returns the index of the last probe that is not after a step. */
function stepIndex(steps: readonly number[], wanted: number | null): number {
  if (wanted === null || steps.length === 0) return steps.length - 1;
  return Math.max(
    0,
    steps.findLastIndex((step) => step <= wanted),
  );
}

/** Returns the index of the layer under the cursor; at first the first hidden one. */
function layerIndex(layers: readonly ShownLayer[], wanted: string | null): number {
  const at = layers.findIndex(({ name }) => name === wanted);
  if (at >= 0) return at;
  return Math.min(layers.length - 1, layers[0]?.kind === "embedding" ? 1 : 0);
}

/** Returns the run beside the one that is shown: the pinned one, else the first that is marked. */
function otherRun({ state: { settings }, run, table }: Scene): ShownRun | undefined {
  for (const name of settings.isBeside ? [settings.baseline, ...settings.marks] : []) {
    const found = name === run?.name ? undefined : table.all.find((one) => one.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A run in the view, and its probe. */
export type Side = {
  readonly run: ShownRun;
  readonly name: string;
  /** At the step that is shown, else at the last before it. */
  readonly probe: Probe | undefined;
  /** Nonlinearities by the name of their layer, where a log says them. */
  readonly nonlinearities: ReadonlyMap<string, string>;
};

const NO_NONLINEARITIES: ReadonlyMap<string, string> = new Map();

/** Returns the shown runs, each with its probe at the shown step, else its last one before. */
export function sidesOf(scene: Scene): Side[] {
  const { stored } = scene.readers;
  const { runs, steps, at } = shownProbe(scene);
  const wanted = steps[at] ?? Number.NEGATIVE_INFINITY;
  return runs.map((run) => {
    const step = stored.probeSteps(run).findLast((one) => one <= wanted);
    const probe = step === undefined ? undefined : stored.probe(run, step);
    const nonlinearities = isRecorded(run)
      ? stored.facts(run).model.nonlinearities
      : NO_NONLINEARITIES;
    return { run, name: run.name, probe, nonlinearities };
  });
}

/** Returns the looks of the runs: each has its colour, and where two have the same the second one another sign. */
export function looksOfSides(
  { scene, depth }: Pick<Canvas, "scene" | "depth">,
  sides: readonly Side[],
): readonly Look[] {
  const chosen = coloursByHand(scene);
  const keys = sides.map(({ run }) => colourKey(rowOf(run)));
  const looks = looksOf(keys, { chosen, colours: coloursOf(depth) });
  return keys.map((key) => looks.get(key) ?? PLAIN_LOOK);
}

/** Returns the panels of these runs: one about norms only where there is a norm. */
export function panelsOf(
  runs: readonly { readonly probe: Probe | undefined }[],
): readonly PanelName[] {
  const hasNorm = runs.some(({ probe }) => probe?.layers.some(({ norm }) => norm !== null));
  return PANELS.filter((one) => one !== "norm" || hasNorm);
}

/** Returns what the panel of norms is called: batch norm keeps statistics running, other norms do not. */
export function normTitle(runs: readonly { readonly probe: Probe | undefined }[]): string {
  const norms = runs.flatMap(({ probe }) => probe?.layers.flatMap(({ norm }) => norm ?? []) ?? []);
  const areOfRows = norms.length > 0 && norms.every(({ running }) => running === null);
  return areOfRows ? "norm of rows" : "batch norm";
}

export function layerNamed({ probe }: Side, name: string): LayerProbe | undefined {
  return probe?.layers.find((layer) => layer.name === name);
}

/** Whether a layer lies between the embedding and the output. */
export function isInner({ kind }: ShownLayer): boolean {
  return kind !== "embedding" && kind !== "output";
}

/** Returns the tensors whose numbers make the axis that all layers share: those of hidden layers, where there are any. */
export function referenceTensors(sides: readonly Side[], kind: TensorKind): readonly TensorProbe[] {
  const all = sides.flatMap(({ probe }) => probe?.layers ?? []);
  const hidden = all.filter(isInner);
  const some = hidden.some(({ tensors }) => tensors[kind] !== undefined) ? hidden : all;
  return some.flatMap(({ tensors }) => tensors[kind] ?? []);
}

/** Describes a layer by its nonlinearity and its units. */
export function natureOf(side: Side, layer: LayerProbe): string {
  const { kind, units } = layer;
  const nature = nonlinearityOf(side, layer);
  return kind === "embedding" ? `${units} wide` : `${nature === "" ? "" : `${nature} `}×${units}`;
}

/** Returns the name of a layer's nonlinearity; empty where it has none, or its log does not say. */
export function nonlinearityOf(
  { run, nonlinearities }: Side,
  { name, saturation }: LayerProbe,
): string {
  if (saturation === null) return "";
  if (isRecorded(run)) return nonlinearities.get(name) ?? "";
  return settingOf(run, "model.activation")?.text ?? "";
}

/** What a panel below the bands is about. */
export type PanelSpec = {
  readonly canvas: Canvas;
  readonly sides: readonly Side[];
  /** The layer that it is about. */
  readonly layer: string;
  readonly box: Box;
};

export type Panel = {
  readonly lines: readonly Line[];
  readonly units?: { readonly all: number; readonly shown: number };
};

/** Makes a panel that says why it has nothing to draw. */
export function nothingBut(text: string): Panel {
  return { lines: [line(" ", piece(text, "muted"))] };
}
