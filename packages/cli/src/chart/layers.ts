/** What probes saw from layer to layer, a line for each group. */
import { depthPanel, type Line, logRange, type Panel, type Value } from "@ablate/figures";
import { type LayerProbe, momentsOf, type StoreReader } from "@ablate/store";
import { count, cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Builder, seedWords } from "./curves.ts";
import type { Group } from "./groups.ts";
import { endsText, yAxisOf } from "./lines.ts";
import { labelLetters } from "./panel.ts";
import { type ChartRequest, unknown } from "./request.ts";

type Quantity = {
  readonly title: string;
  readonly value: (layer: LayerProbe) => number;
  readonly isLog: boolean;
};

function stdOf(kind: keyof LayerProbe["tensors"]): Quantity["value"] {
  return ({ tensors }) => tensors[kind]?.std ?? Number.NaN;
}

const QUANTITIES: Readonly<Record<string, Quantity>> = {
  activation: { title: "std of activations", value: stdOf("activation"), isLog: true },
  activation_gradient: {
    title: "std of their gradients",
    value: stdOf("activation_gradient"),
    isLog: true,
  },
  weight: { title: "std of weights", value: stdOf("weight"), isLog: true },
  weight_gradient: {
    title: "std of gradients of weights",
    value: stdOf("weight_gradient"),
    isLog: true,
  },
  saturated: {
    title: "saturated, %",
    value: ({ saturation }) => 100 * (saturation?.share ?? Number.NaN),
    isLog: false,
  },
};

const USUAL = ["activation", "activation_gradient", "saturated"];

export const layers: Builder = (reader, groups, { request, look }) => {
  const names = request.series.length > 0 ? request.series : USUAL;
  const labels = cutTogether(
    groups.map(({ name }) => name),
    labelLetters(request),
  );
  const probed = groups.flatMap((group, i) => {
    const of = probesOf(reader, group, request.steps.to);
    return of === null ? [] : [{ ...of, group, label: labels[i] ?? "" }];
  });
  const depth = Math.max(0, ...probed.map(({ layers: all }) => all[0]?.length ?? 0));
  if (depth === 0) throw new UsageError("these runs have no probes of hidden layers");
  if (depth === 1) {
    throw new UsageError(
      "these networks have one hidden layer: nothing lies along their depth; --kind histograms shows it",
    );
  }
  const panels = names.flatMap((name): readonly Panel[] => {
    const quantity = QUANTITIES[name];
    if (quantity === undefined) throw unknown("series", name, Object.keys(QUANTITIES));
    const lines = probed.map(({ group, label, layers: all }): Line => {
      const values = valuesByDepth(all, quantity, depth);
      return { label, stroke: look.strokeOf(group.place), values };
    });
    const known = lines.filter(({ values }) => values.length > 0);
    return known.length === 0 ? [] : [panelOf(known, quantity, { depth, request })];
  });
  if (panels.length === 0) throw new UsageError(`no probe of these runs has ${names.join(", ")}`);
  const steps = [...new Set(probed.map(({ step }) => step))].sort((a, b) => a - b);
  const when =
    steps.length === 1
      ? count(steps[0] ?? 0)
      : `${count(steps[0] ?? 0)} to ${count(steps.at(-1) ?? 0)}`;
  return {
    title: "from layer to layer",
    panels,
    caption: `Hidden layers from the input to the output, after ${when} updates: ${seedWords(groups, request.band)}.`,
  };
};

type ProbedLayers = {
  readonly step: number;
  /** The hidden layers of each run. */
  readonly layers: readonly (readonly LayerProbe[])[];
};

/** Reads of each run of a group its last probe, up to a step where one is asked for. */
function probesOf(reader: StoreReader, { runs }: Group, to: number | null): ProbedLayers | null {
  const found = runs.flatMap(({ name }) => {
    const step = reader.probeSteps(name).findLast((one) => to === null || one <= to);
    const probe = step === undefined ? undefined : reader.probe(name, step);
    return probe === undefined ? [] : [probe];
  });
  const [first] = found;
  if (first === undefined) return null;
  const layers = found.map((probe) => probe.layers.filter(({ kind }) => kind === "hidden"));
  return { step: first.step, layers };
}

/** Takes mean and spread over runs, of what is drawn on a logarithmic axis that of the logarithms. */
function valuesByDepth(
  runs: ProbedLayers["layers"],
  { value, isLog }: Quantity,
  depth: number,
): readonly Value[] {
  const back = (one: number): number => (isLog ? 10 ** one : one);
  return Array.from({ length: depth }, (_, i) => i).flatMap((i): readonly Value[] => {
    const values = runs.flatMap((all) => {
      const layer = all[i];
      const found = layer === undefined ? Number.NaN : value(layer);
      return isLog ? Math.log10(found) : found;
    });
    const { mean, std } = momentsOf(values);
    if (mean === null) return [];
    const half = std ?? 0;
    return [{ x: i + 1, mean: back(mean), low: back(mean - half), high: back(mean + half) }];
  });
}

type Surroundings = { readonly depth: number; readonly request: ChartRequest };

function panelOf(
  lines: readonly Line[],
  { title, isLog }: Quantity,
  { depth, request }: Surroundings,
): Panel {
  // What is seen of a logarithmic axis of depth is all of it: no beginning is cut off.
  const asked = { ...request, isLogY: isLog, isLogX: true };
  const x = { title: "", min: 1, max: depth, isLog: true };
  const { axis } = yAxisOf(lines, { title, x, request: asked });
  const usual = isLog ? { ...axis, ...logRange(axis.min, axis.max) } : { title, min: 0, max: 102 };
  const y = request.y === null ? usual : axis;
  return depthPanel(lines, { title, description: endsText(lines, title), depth, y });
}
