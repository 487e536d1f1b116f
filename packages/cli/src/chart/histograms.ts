/** Histograms of a layer at one probe after another, a chart for each group. */
import { histogramPanel, type Look } from "@ablate/figures";
import {
  type BinAxis,
  binAxis,
  densityOf,
  type Histogram,
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
};

const CELLS = 60;
const ROWS = 7;
const ROW = 34;
const FRAME = 78;

export const histograms: Builder = (reader, groups, { request, look }) => {
  const [kind = "activation", ...others] = request.series;
  if (!isKind(kind)) throw unknown("series", kind, Object.keys(KINDS));
  if (others.length > 0) throw new UsageError("--kind histograms draws one --series at a time");
  const probed = groups.flatMap((group) => {
    const seen = lookAt(reader, group, { kind, request });
    return seen === null ? [] : [seen];
  });
  const [first] = probed;
  if (first === undefined) throw new UsageError(`these runs have no probes with ${KINDS[kind]}`);
  const axis = axisOf(probed, request);
  const panels = probed.map((one) => panelOf(one, { kind, axis, look }));
  const of = groups.some(({ runs }) => runs.length > 1) ? ", of one run of each group" : "";
  return {
    title: `${KINDS[kind]} of ${first.layer}`,
    panels,
    caption: `Histograms of the ${KINDS[kind]} of ${first.layer} after so many updates as are written at the left, each as high as the highest of its row${of}.`,
  };
};

function isKind(name: string): name is TensorKind {
  return name in KINDS;
}

type Seen = {
  readonly group: Group;
  readonly layer: string;
  readonly rows: readonly {
    readonly step: number;
    readonly tensor: TensorProbe;
    readonly histogram: Histogram;
  }[];
};

type Asked = { readonly kind: TensorKind; readonly request: ChartRequest };

/** Reads a layer of the first run of a group that has probes. */
function lookAt(reader: StoreReader, group: Group, { kind, request }: Asked): Seen | null {
  const { from, to } = request.steps;
  const run = group.runs.find(({ name }) => reader.probeSteps(name).length > 0);
  if (run === undefined) return null;
  const steps = reader
    .probeSteps(run.name)
    .filter((step) => step >= (from ?? 0) && step <= (to ?? step));
  const [first] = steps;
  const probe = first === undefined ? undefined : reader.probe(run.name, first);
  if (probe === undefined) return null;
  const having = probe.layers.filter(({ tensors }) => tensors[kind] !== undefined);
  const known = having.map(({ name }) => name);
  const usual = having.find((layer) => layer.kind === "hidden") ?? having[0];
  const layer = request.layer ?? usual?.name;
  if (layer === undefined) return null;
  if (!known.includes(layer)) throw unknown("layer", layer, known);
  const rows = evenly(steps, ROWS).flatMap((step) => {
    const tensor = reader.probeTensors(run.name, step, kind).get(layer);
    return tensor?.histogram ? [{ step, tensor, histogram: tensor.histogram }] : [];
  });
  return rows.length === 0 ? null : { group, layer, rows };
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
    probed.flatMap(({ rows }) => rows.map(({ tensor }) => tensor)),
    false,
  );
}

type Drawing = { readonly kind: TensorKind; readonly axis: BinAxis; readonly look: Look };

function panelOf({ group, layer, rows }: Seen, { kind, axis, look }: Drawing): SizedPanel {
  const spreads = rows.map(
    ({ step, tensor }) => `${numberText(tensor.std)} at step ${count(step)}`,
  );
  const drawn = rows.map(({ step, histogram }) => {
    return { name: count(step), cells: [...densityOf(histogram, axis, CELLS).cells] };
  });
  const panel = histogramPanel(
    drawn,
    {
      title: `${group.name}: ${KINDS[kind]} of ${layer}`,
      description: `${group.name}: standard deviations ${spreads.join(", ")}.`,
      axis: `${KINDS[kind]} of ${layer}`,
      heading: `${group.name}, after … updates`,
      ...{ range: axis.range, color: look.colorOf(group.place) },
    },
    look,
  );
  return { ...panel, height: FRAME + ROW * rows.length };
}
