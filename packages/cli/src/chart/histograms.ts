/** Histograms of a layer at one probe after another, a chart for each group. */
import { histogramPanel, type Look } from "@ablate/figures";
import {
  type BinAxis,
  binAxis,
  densityOf,
  type StoreReader,
  type TensorKind,
  type TensorProbe,
} from "@ablate/store";
import { count } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import type { Builder } from "./curves.ts";
import type { Group } from "./groups.ts";
import { numberText } from "./lines.ts";
import type { SizedPanel } from "./panel.ts";
import { type ChartRequest, unknown } from "./request.ts";

const KINDS: Readonly<Partial<Record<TensorKind, string>>> = {
  preactivation: "preactivations",
  activation: "activations",
  activation_gradient: "gradients of activations",
  weight: "weights",
  weight_gradient: "gradients of weights",
  stream: "residual stream",
  stream_gradient: "gradients of the residual stream",
};

const CELLS = 60;
const ROWS = 7;
const ROW = 34;
const FRAME = 78;

/** What `--layer` says for all of them. */
const ALL = "all";

export const histograms: Builder = (reader, groups, { request, look }) => {
  const [kind = "activation", ...others] = request.series;
  if (!isKind(kind)) throw unknown("series", kind, Object.keys(KINDS));
  if (others.length > 0) throw new UsageError("--kind histograms draws one --series at a time");
  const lookAt = request.layer === ALL ? lookAtLayers : lookAtSteps;
  const probed = groups.flatMap((group) => {
    const seen = lookAt(reader, group, { kind, request });
    return seen === null ? [] : [seen];
  });
  const [first] = probed;
  if (first === undefined) throw new UsageError(`these runs have no probes with ${KINDS[kind]}`);
  const axis = axisOf(probed, request);
  const panels = probed.map((one) => panelOf(one, { axis, look }));
  const of = groups.some(({ runs }) => runs.length > 1) ? ", of one run of each group" : "";
  return {
    title: first.title,
    panels,
    caption: `Histograms of the ${first.title}${first.said}, each as high as the highest of its row${of}.`,
  };
};

function isKind(name: string): name is TensorKind {
  return name in KINDS;
}

type Row = {
  readonly name: string;
  /** For those who do not see it. */
  readonly when: string;
  readonly tensor: TensorProbe;
  /** The same at initialisation. */
  readonly before?: TensorProbe | undefined;
  /** Whether the axis is made for it: what an output has would leave hidden layers no room. */
  readonly isReference: boolean;
};

/** What one run of a group has. */
type Seen = {
  readonly group: Group;
  readonly title: string;
  /** What rows are, in the title of a chart and in a caption. */
  readonly heading: string;
  readonly said: string;
  readonly rows: readonly Row[];
};

type Asked = { readonly kind: TensorKind; readonly request: ChartRequest };

/** Reads a layer of the first run of a group that has probes, at one after another. */
function lookAtSteps(reader: StoreReader, group: Group, { kind, request }: Asked): Seen | null {
  const { run, steps } = probesOf(reader, group, request);
  const [first] = steps;
  const probe = first === undefined ? undefined : reader.probe(run, first);
  if (probe === undefined) return null;
  const having = probe.layers.filter(({ tensors }) => tensors[kind] !== undefined);
  const known = having.map(({ name }) => name);
  const usual = having.find((layer) => layer.kind === "hidden") ?? having[0];
  const layer = request.layer ?? usual?.name;
  if (layer === undefined) return null;
  if (!known.includes(layer)) throw unknown("layer", layer, [...known, ALL]);
  const rows = evenly(steps, ROWS).flatMap((step): readonly Row[] => {
    const tensor = reader.probeTensors(run, step, kind).get(layer);
    if (!tensor?.histogram) return [];
    return [{ name: count(step), when: `at step ${count(step)}`, tensor, isReference: true }];
  });
  if (rows.length === 0) return null;
  return {
    ...{ group, rows, title: `${KINDS[kind]} of ${layer}`, heading: "after … updates" },
    said: " after so many updates as are written at the left",
  };
}

/** Reads all layers at the last probe, and what they were at the first. */
function lookAtLayers(reader: StoreReader, group: Group, { kind, request }: Asked): Seen | null {
  const { run, steps } = probesOf(reader, group, request);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return null;
  const before = reader.probeTensors(run, first, kind);
  const after = reader.probeTensors(run, last, kind);
  const layers = reader.probe(run, last)?.layers ?? [];
  const hidden = layers.filter((layer) => layer.kind === "hidden").map(({ name }) => name);
  const isAnyHidden = hidden.some((name) => after.has(name));
  const rows = [...after].flatMap(([name, tensor]): readonly Row[] => {
    if (!tensor.histogram) return [];
    const earlier = first === last ? undefined : before.get(name);
    const isReference = !isAnyHidden || hidden.includes(name);
    return [{ name, when: `of ${name}`, tensor, before: earlier, isReference }];
  });
  if (rows.length === 0) return null;
  const dashed = first === 0 && last > 0 ? ", dashed at initialisation" : "";
  const when = last === 0 ? "at initialisation" : `after ${count(last)} updates`;
  return {
    ...{ group, rows, title: KINDS[kind] ?? kind, heading: when },
    said: ` of every layer ${when}${dashed}`,
  };
}

/** Returns the first run of a group that has probes, and those within the steps that are asked for. */
function probesOf(reader: StoreReader, { runs }: Group, { steps: { from, to } }: ChartRequest) {
  const run = runs.find(({ name }) => reader.probeSteps(name).length > 0)?.name ?? runs[0].name;
  const within = (step: number): boolean => step >= (from ?? 0) && step <= (to ?? step);
  return { run, steps: reader.probeSteps(run).filter(within) };
}

/** Chooses so many, the first and the last among them. */
function evenly(all: readonly number[], most: number): readonly number[] {
  if (all.length <= most) return all;
  const places = Array.from({ length: most }, (_, i) =>
    Math.round((i * (all.length - 1)) / (most - 1)),
  );
  return places.map((place) => all[place] ?? 0);
}

function axisOf(probed: readonly Seen[], { y }: ChartRequest): BinAxis {
  if (y !== null) return { range: Math.max(Math.abs(y.min), Math.abs(y.max)), isOctaves: false };
  return binAxis(
    probed.flatMap(({ rows }) =>
      rows.flatMap(({ tensor, before, isReference }) =>
        isReference ? [tensor, before ?? []].flat() : [],
      ),
    ),
    false,
  );
}

type Drawing = { readonly axis: BinAxis; readonly look: Look };

function panelOf({ group, title, heading, rows }: Seen, { axis, look }: Drawing): SizedPanel {
  const spreads = rows.map(({ when, tensor }) => `${numberText(tensor.std)} ${when}`);
  const cellsOf = (tensor: TensorProbe | undefined): readonly number[] =>
    tensor?.histogram ? [...densityOf(tensor.histogram, axis, CELLS).cells] : [];
  const panel = histogramPanel(
    rows.map(({ name, tensor, before }) => {
      return { name, cells: cellsOf(tensor), before: cellsOf(before) };
    }),
    {
      title: `${group.name}: ${title}`,
      description: `${group.name}: standard deviations ${spreads.join(", ")}.`,
      axis: title,
      heading: `${group.name}, ${heading}`,
      ...{ range: axis.range, color: look.colorOf(group.place) },
    },
    look,
  );
  return { ...panel, height: FRAME + ROW * rows.length };
}
