/** A run in the view Layers: what was seen inside it at the step that is shown. */
import {
  type StoredLayer,
  type StoredProbe,
  type StoredTensor,
  type StoredTensorKind,
  settingOf,
} from "@ablate/store";
import type { ShownRun } from "../../data/shown-run.ts";
import { clean } from "../../text/width.ts";
import type { Canvas } from "../view.ts";
import { stepIndex } from "./shown-probe.ts";

export type Side = {
  readonly run: ShownRun;
  readonly name: string;
  /** At the step that is shown, else at the last before it. */
  readonly probe: StoredProbe | undefined;
};

/** The runs that are shown, each at the step of the first or the last probe before it. */
export function sidesOf({ scene, probes }: Canvas): Side[] {
  const { runs, steps, at } = scene.inside;
  const wanted = steps[at];
  return runs.map((run) => {
    const own = probes.steps(run);
    const step = wanted === undefined ? undefined : own[stepIndex(own, wanted)];
    const isThere = step !== undefined && wanted !== undefined && step <= wanted;
    return { run, name: clean(run.run), probe: isThere ? probes.probe(run, step) : undefined };
  });
}

export function layerNamed({ probe }: Side, name: string): StoredLayer | undefined {
  return probe?.layers.find((layer) => layer.name === name);
}

/** The layers whose numbers make the axis that all share: those that are hidden, where there are any. */
export function referenceTensors(
  sides: readonly Side[],
  kind: StoredTensorKind,
): readonly StoredTensor[] {
  const all = sides.flatMap(({ probe }) => probe?.layers ?? []);
  const hidden = all.filter(({ name }) => name !== "embedding" && name !== "output");
  const some = hidden.some(({ tensors }) => tensors[kind] !== undefined) ? hidden : all;
  return some.flatMap(({ tensors }) => tensors[kind] ?? []);
}

/** What stands behind a layer's weights: its nonlinearity, or what else it is. */
export function natureOf({ run }: Side, { name, units, saturation }: StoredLayer): string {
  const activation = settingOf(run, "model.activation")?.text ?? "";
  const nature = saturation === null ? "" : `${activation} `;
  return name === "embedding" ? `${units} wide` : `${nature}×${units}`;
}
