/** What probes saw from layer to layer, a line for each group. */
import type { Axis, Look } from "@ablate/figures";
import { type LayerProbe, momentsOf, type StoreReader } from "@ablate/store";
import { count, cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Builder, seedWords } from "./curves.ts";
import type { Group } from "./groups.ts";
import { endsText, type Line, lineMarks, yAxisOf } from "./lines.ts";
import { labelLetters, type Panel } from "./panel.ts";
import type { Value } from "./read-series.ts";
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
    const lines = probed.map(({ group: { place }, label, layers: all }): Line => {
      return { label, place, values: valuesByDepth(all, quantity, depth) };
    });
    const known = lines.filter(({ values }) => values.length > 0);
    return known.length === 0 ? [] : [panelOf(known, quantity, { depth, request, look })];
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
    const { n, mean, std } = momentsOf(values);
    if (mean === null) return [];
    const half = std ?? 0;
    return [{ x: i + 1, mean: back(mean), low: back(mean - half), high: back(mean + half), n }];
  });
}

type Surroundings = { readonly depth: number; readonly request: ChartRequest; readonly look: Look };

function panelOf(
  lines: readonly Line[],
  { title, isLog }: Quantity,
  { depth, request, look }: Surroundings,
): Panel {
  const every = Math.ceil(depth / 8);
  const x = {
    ...{ title: "hidden layer", min: 1 - PAD * depth, max: depth + PAD * depth },
    ticks: Array.from({ length: depth }, (_, i) => i + 1)
      .filter((at) => (at - 1) % every === 0)
      .map((at) => ({ at, label: String(at) })),
  };
  const asked = { ...request, isLogY: isLog, isLogX: true };
  const { axis } = yAxisOf(lines, { title, x, request: asked });
  const y = request.y === null ? usualAxis(axis, isLog) : axis;
  const marks = lineMarks(lines, look);
  return { title, description: endsText(lines, title), x, y, marks };
}

function usualAxis(axis: Axis, isLog: boolean): Axis {
  if (!isLog) return { title: axis.title, min: 0, max: 102 };
  return { ...axis, ...logRange(axis.min, axis.max) };
}

/** For dots at the ends of lines. */
const PAD = 0.03;

/** Widens a range to powers of ten, one within a power only a little. */
function logRange(low: number, high: number): { readonly min: number; readonly max: number } {
  if (high < 10 * low) return { min: low / 1.1, max: high * 1.1 };
  return { min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high)) };
}
