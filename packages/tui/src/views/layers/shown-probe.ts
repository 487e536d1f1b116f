/** Which look inside which run is shown. */
import type { StoredTensorKind } from "@ablate/store";
import type { Snapshot } from "../../data/feed.ts";
import type { ProbeReader } from "../../data/probes.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { DEFAULT_KINDS, DRAWN_KINDS } from "../../data/tensor-kinds.ts";
import type { State } from "../../state/state.ts";

export type Inside = {
  /** The run that the view is about, and the one beside it. */
  readonly runs: readonly ShownRun[];
  /** Steps at which there is a probe of the first. */
  readonly steps: readonly number[];
  /** Which of them is shown; -1 where there is none. */
  readonly at: number;
  /** Layers of either, in the order of the model. */
  readonly layers: readonly string[];
  readonly layerAt: number;
  readonly kinds: readonly StoredTensorKind[];
};

export const NOTHING_INSIDE: Inside = {
  runs: [],
  steps: [],
  at: -1,
  layers: [],
  layerAt: -1,
  kinds: [],
};

export function insideOf(
  state: State,
  {
    run,
    snapshot,
    probes,
  }: {
    readonly run: ShownRun | undefined;
    readonly snapshot: Snapshot;
    readonly probes: ProbeReader;
  },
): Inside {
  if (run === undefined) return NOTHING_INSIDE;
  const steps = probes.steps(run);
  const at = stepIndex(steps, state.probeStep);
  const step = steps[at];
  const other = state.settings.isBeside ? otherRun(state, run, snapshot) : undefined;
  const layers =
    step === undefined
      ? []
      : deepest([
          layersAt(run, step, probes),
          other === undefined ? [] : layersAt(other, step, probes),
        ]);
  const { kinds } = state.settings;
  return {
    runs: other === undefined ? [run] : [run, other],
    steps,
    at,
    layers,
    layerAt: layerIndex(layers, state.layer),
    kinds: kinds === null ? DEFAULT_KINDS : DRAWN_KINDS.filter((kind) => kinds.includes(kind)),
  };
}

/** Names of a run's layers, as its last probe up to a step has them. */
function layersAt(run: ShownRun, step: number, probes: ProbeReader): readonly string[] {
  const steps = probes.steps(run);
  const own = steps[stepIndex(steps, step)];
  return own === undefined ? [] : (probes.probe(run, own)?.layers.map(({ name }) => name) ?? []);
}

/** The names of the run that has more layers: models differ in how many are hidden, not in their names. */
function deepest(all: readonly (readonly string[])[]): readonly string[] {
  return all.reduce((most, names) => (names.length > most.length ? names : most), []);
}

/** The last probe that is not after a step. */
export function stepIndex(steps: readonly number[], wanted: number | null): number {
  if (wanted === null) return steps.length - 1;
  return Math.max(
    steps.length === 0 ? -1 : 0,
    steps.findLastIndex((step) => step <= wanted),
  );
}

/** The layer under the cursor; at first the first that is hidden. */
function layerIndex(layers: readonly string[], wanted: string | null): number {
  const at = layers.indexOf(wanted ?? "");
  if (at >= 0) return at;
  return Math.min(layers.length - 1, layers[0] === "embedding" ? 1 : 0);
}

/** The pinned run, else the first that is marked. */
function otherRun({ settings }: State, run: ShownRun, { runs }: Snapshot): ShownRun | undefined {
  const names = [settings.baseline, ...settings.marks].filter((name) => name !== run.run);
  for (const name of names) {
    const found = runs.find((one) => one.run === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
