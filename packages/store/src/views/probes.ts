/** Views of what probes measured. */
import { bitSql, bitsSql, float20Sql } from "../float32.ts";
import { MOST_NUMBERS, NORM_ROWS, TENSOR_KINDS } from "../probe/probe.ts";
import type { SelectedColumn, View } from "./view.ts";

/**
 * `number(i)`: 0 up to the widest layer, for views that count out blobs. A `cross join` keeps it the inner
 * loop: what is asked for decides the rows, then their numbers are gone through.
 */
const NUMBERS = `
  with recursive number(i) as (select 0 union all select i + 1 from number
    where i + 1 < max(${MOST_NUMBERS}, (select ifnull(max(units), 0) from probe_layer)))`;

const PROBES = "kept_run r join probe p on p.run_id = r.id";
const TENSORS: string = `${PROBES} join probe_tensor t on t.probe_id = p.id ${layerOf("t")}`;

/** Joins the layer that the rows of `alias` belong to. */
function layerOf(alias: string): string {
  return `join probe_layer l on l.run_id = r.id and l.idx = ${alias}.layer`;
}

function nameOf(column: string, names: readonly string[]): string {
  return `case ${column} ${names.map((name, i) => `when ${i} then '${name}'`).join(" ")} end`;
}

/** The columns that begin each of these views. */
const RUN: SelectedColumn = ["text", "the run's name, grid/label", { sql: "r.name" }];
const STEP: SelectedColumn = [
  "integer",
  "after so many updates; 0 is initialisation",
  { unit: "steps", sql: "p.step" },
];
const LAYER: SelectedColumn = ["text", "embedding, hidden1, ..., output", { sql: "l.name" }];

function real(sql: string, meaning: string, nulls = "not finite"): SelectedColumn {
  return ["real", meaning, { nulls, sql }];
}

function unit(sql: string): SelectedColumn {
  return ["integer", "of the layer, from 0", { sql }];
}

function example(sql: string): SelectedColumn {
  return ["integer", "of the probe, from 0", { sql }];
}

const NO_ACTIVATION = "no activation, or without a nonlinearity";

export const LAYER_STATS: View = {
  name: "layer_stats",
  about: "a tensor of a layer over the 32 examples of a probe",
  from: TENSORS,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    kind: [
      "text",
      "linear, preactivation, activation, each also with _gradient, weight, weight_gradient",
      { sql: nameOf("t.kind", TENSOR_KINDS) },
    ],
    mean: real("t.mean", "over examples and units"),
    std: real("t.std", "the unbiased estimate"),
    saturated: [
      "real",
      "share of activations where the nonlinearity is flat",
      { unit: "0 to 1", nulls: NO_ACTIVATION, sql: "t.saturated" },
    ],
    dead: [
      "integer",
      "units that are flat for every example",
      { nulls: NO_ACTIVATION, sql: "t.dead" },
    ],
    min: real("t.min", "the smallest value"),
    max: real("t.max", "the largest value"),
  },
};

/** `part(row, place, name)`: the kinds of pairs that a row of `probe_norm` has, in their order. */
const PARTS: string = NORM_ROWS.flatMap((kinds, row) =>
  kinds.map((name, place) => `(${row}, ${place}, '${name}')`),
).join(", ");

/** One of the two numbers of a unit. */
function ofPair({ row, part }: { row: string; part: string }, which: number): string {
  return float20Sql(`${row}.pairs`, `(${part}.place * l.units + n.i) * 5 + 1`, which);
}

const MOMENTS = { row: "m", part: "s" };
const AFFINE = { row: "a", part: "b" };

export const NORM_STATS: View = {
  name: "norm_stats",
  about: "a unit of a layer with batch norm",
  with: `${NUMBERS}, part(row, place, name) as (values ${PARTS})`,
  from: `${PROBES} join probe_norm m on m.probe_id = p.id ${layerOf("m")}
    cross join part s on s.row = m.kind and s.name <> 'affine'
    cross join probe_norm a on a.probe_id = p.id and a.layer = m.layer
    cross join part b on b.row = a.kind and b.name = 'affine'
    cross join number n
  where n.i < l.units`,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    unit: unit("n.i"),
    statistics: [
      "text",
      "batch (the probe's examples), trainset (at the end only) or running",
      { sql: "s.name" },
    ],
    mean: real(ofPair(MOMENTS, 0), "of what the norm sees, to four digits"),
    std: real(ofPair(MOMENTS, 1), "of what the norm sees, to four digits"),
    gamma: real(ofPair(AFFINE, 0), "the learnt scale, to four digits"),
    beta: real(ofPair(AFFINE, 1), "the learnt shift, to four digits"),
  },
};

/** Bins of each sign. */
const SIDE = "((t.largest - t.smallest + 1) << t.mantissa_bits)";

/** The edge at a place that counts from 0 in both directions. */
function edge(place: string): string {
  const size = `abs(${place})`;
  const octave = `(${size} >> t.mantissa_bits)`;
  const within = `(${size} & ((1 << t.mantissa_bits) - 1))`;
  const unit = `pow(2, t.smallest - t.mantissa_bits)`;
  return `(sign(${place}) * ${unit} * case when ${octave} = 0 then ${within}
      else pow(2, ${octave} - 1) * ((1 << t.mantissa_bits) + ${within}) end)`;
}

/** Of each count; the first bin, and the bin of a count: see migration 003. */
const BITS = "(case when t.digits < 0 then -t.digits else 4 * t.digits end)";
const BIN = `((t.first_bin & 511) + n.i
      + case when n.i < ((t.first_bin >> 9) & 511) then 0 else t.first_bin >> 18 end)`;

/** Only bins that something is in; the first and the last of a scale have no end. */
export const HISTOGRAMS: View = {
  name: "histograms",
  about: "a bin that is not empty; edges never change between steps, layers and runs",
  with: NUMBERS,
  from: `(
    select r.name as run, p.step as step, l.name as layer,
      ${nameOf("t.kind", TENSOR_KINDS)} as kind, ${BIN} as bin,
      case ${BIN} when 0 then -9e999
        else ${edge(`(${BIN} - 1 - ${SIDE})`)} end as low,
      case ${BIN} when 2 * ${SIDE} + 1 then 9e999
        else ${edge(`(${BIN} - ${SIDE})`)} end as high,
      ${bitsSql("t.counts", `(n.i * ${BITS})`, BITS)} as count
    from ${TENSORS} cross join number n
    where n.i < length(t.counts) * 8 / ${BITS})
  where count > 0`,
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "run" }],
    step: ["integer", "after so many updates; 0 is initialisation", { unit: "steps", sql: "step" }],
    layer: ["text", "embedding, hidden1, ..., output", { sql: "layer" }],
    kind: [
      "text",
      "preactivation, activation, activation_gradient, weight or weight_gradient",
      { sql: "kind" },
    ],
    bin: ["integer", "its place, from the lowest on", { sql: "bin" }],
    low: ["real", "its lower edge; -Inf in the first", { sql: "low" }],
    high: ["real", "its upper edge; Inf in the last", { sql: "high" }],
    count: ["integer", "values in it", { sql: "count" }],
  },
};

export const SATURATION: View = {
  name: "saturation",
  about: "an activation where the nonlinearity is flat",
  with: NUMBERS,
  from: `${PROBES} join probe_tensor t on t.probe_id = p.id and t.flat is not null ${layerOf("t")}
    cross join number e cross join number u
  where e.i < p.examples and u.i < l.units
    and ${bitSql("t.flat", "(e.i * l.units + u.i)")}`,
  columns: { run: RUN, step: STEP, layer: LAYER, example: example("e.i"), unit: unit("u.i") },
};

/** The logit of a token of an example, or its probability: 0 or 1. */
function ofToken(which: number): string {
  return float20Sql("p.logits", "(e.i * p.tokens + t.i) * 5 + 1", which);
}

export const LOGITS: View = {
  name: "logits",
  about: "what the network believes of one token after one of the first four examples",
  with: NUMBERS,
  from: `${PROBES} cross join number e cross join number t
  where e.i < length(p.logits) / (5 * p.tokens) and t.i < p.tokens`,
  columns: {
    run: RUN,
    step: STEP,
    example: example("e.i"),
    token: ["integer", "place in the vocabulary, . first", { sql: "t.i" }],
    logit: real(ofToken(0), "unnormalised, to four digits"),
    probability: [
      "real",
      "softmax of the logits, to four digits",
      { unit: "0 to 1", nulls: "not finite", sql: ofToken(1) },
    ],
  },
};
