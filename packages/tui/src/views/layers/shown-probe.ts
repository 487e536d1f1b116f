/** Which probe of which runs the view Layers shows, and what it saw there. */

import {
  type LayerProbe,
  type Probe,
  settingOf,
  type TensorKind,
  type TensorProbe,
} from "@ablate/store";
import { clean } from "@ablate/text";
import type { StoreSnapshot } from "../../data/feed.ts";
import type { ProbeReader } from "../../data/probes.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { DEFAULT_KINDS, DRAWN_KINDS } from "../../data/tensor-kinds.ts";
import { type Scene, scenePart } from "../../state/scene.ts";
import type { State } from "../../state/state.ts";

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

const NO_PROBE: ShownProbe = {
  runs: [],
  steps: [],
  at: -1,
  layers: [],
  layerAt: -1,
  kinds: [],
};

export const shownProbe: (scene: Scene) => ShownProbe = scenePart(
  ({ state, run, snapshot, readers: { probes } }) => {
    if (run === undefined) return NO_PROBE;
    const { kinds, isBeside } = state.settings;
    const steps = probes.steps(run);
    const at = stepIndex(steps, state.probeStep);
    const step = steps[at];
    const other = isBeside ? otherRun(state, run, snapshot) : undefined;
    const runs = other === undefined ? [run] : [run, other];
    const layers =
      step === undefined ? [] : deepest(runs.map((one) => layersAt(one, step, probes)));
    return {
      runs,
      steps,
      at,
      layers,
      layerAt: layerIndex(layers, state.layer),
      kinds: kinds === null ? DEFAULT_KINDS : DRAWN_KINDS.filter((kind) => kinds.includes(kind)),
    };
  },
);

/** Returns a run's layers, as its last probe up to a step has them. */
function layersAt(run: ShownRun, step: number, probes: ProbeReader): readonly ShownLayer[] {
  const steps = probes.steps(run);
  const own = steps[stepIndex(steps, step)];
  return own === undefined ? [] : (probes.probe(run, own)?.layers ?? []);
}

/** Returns the layers of the run that has more: models differ in how many are hidden, not in their names. */
function deepest(all: readonly (readonly ShownLayer[])[]): readonly ShownLayer[] {
  return all.reduce((most, layers) => (layers.length > most.length ? layers : most), []);
}

/** Returns the index of the last probe that is not after a step. */
function stepIndex(steps: readonly number[], wanted: number | null): number {
  if (wanted === null) return steps.length - 1;
  return Math.max(
    steps.length === 0 ? -1 : 0,
    steps.findLastIndex((step) => step <= wanted),
  );
}

/** Returns the index of the layer under the cursor; at first the first hidden one. */
function layerIndex(layers: readonly ShownLayer[], wanted: string | null): number {
  const at = layers.findIndex(({ name }) => name === wanted);
  if (at >= 0) return at;
  return Math.min(layers.length - 1, layers[0]?.kind === "embedding" ? 1 : 0);
}

/** Returns the pinned run, else the first that is marked. */
function otherRun(
  { settings }: State,
  run: ShownRun,
  { runs }: StoreSnapshot,
): ShownRun | undefined {
  const names = [settings.baseline, ...settings.marks].filter((name) => name !== run.name);
  for (const name of names) {
    const found = runs.find((one) => one.name === name);
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
};

/** Returns the shown runs, each with its probe at the shown step, else its last one before. */
export function sidesOf(scene: Scene): Side[] {
  const { probes } = scene.readers;
  const { runs, steps, at } = shownProbe(scene);
  const wanted = steps[at];
  return runs.map((run) => {
    const own = probes.steps(run);
    const step = wanted === undefined ? undefined : own[stepIndex(own, wanted)];
    const isThere = step !== undefined && wanted !== undefined && step <= wanted;
    return { run, name: clean(run.name), probe: isThere ? probes.probe(run, step) : undefined };
  });
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
export function natureOf({ run }: Side, { kind, units, saturation }: LayerProbe): string {
  const activation = settingOf(run, "model.activation")?.text ?? "";
  const nature = saturation === null ? "" : `${activation} `;
  return kind === "embedding" ? `${units} wide` : `${nature}×${units}`;
}
