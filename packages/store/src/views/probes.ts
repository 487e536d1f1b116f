/** Views of what probes measured. */

import { MOST_NUMBERS, NORM_ROWS, TENSOR_KINDS } from "../probe/pack.ts";
import { bitSql, bitsSql, fewestDigitsSql, float20Sql, halfStepSql, hexSql } from "./float32.ts";
import type { Column, View } from "./view.ts";

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

/** Columns that several of these views have. */
const RUN: Column = ["text", "the run's name, grid/label"];
const STEP: Column = [
  "integer",
  "number of updates made before; 0 is initialisation",
  { unit: "steps" },
];
const LAYER: Column = ["text", "embedding, hidden1, ..., output"];
const UNIT: Column = ["integer", "index in the layer, from 0"];
const EXAMPLE: Column = ["integer", "index in the probe, from 0"];

function real(sql: string, meaning: string, nulls = "not finite"): Column {
  return ["real", meaning, { nulls, sql }];
}

const NO_MOMENTS = "not finite, or a norm of rows";
const NO_ACTIVATION = "no activation, or without a nonlinearity";

export const LAYER_STATS: View = {
  name: "layer_stats",
  about:
    "a tensor of a layer in a probe, over 32 examples of the training split, always the same ones",
  from: `(select r.name as run, p.step as step, l.name as layer, t.* from ${TENSORS})`,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    kind: [
      "text",
      "linear, preactivation, activation, stream (output of a residual block, or of a norm after the activation), each also with _gradient, weight, weight_gradient",
      { sql: nameOf("kind", TENSOR_KINDS) },
    ],
    mean: real("mean", "over examples and units"),
    std: real("std", "standard deviation, the unbiased estimate"),
    saturated: [
      "real",
      "share of activations where the nonlinearity is flat",
      { unit: "0 to 1", nulls: NO_ACTIVATION },
    ],
    dead: ["integer", "units that are flat for every example", { nulls: NO_ACTIVATION }],
    min: real("min", "the smallest value"),
    max: real("max", "the largest value"),
  },
};

/** `part(row, place, name)`: the kinds of pairs that a row of `probe_norm` has, in their order. */
const PARTS: string = NORM_ROWS.flatMap((kinds, row) =>
  kinds.map((name, place) => `(${row}, ${place}, '${name}')`),
).join(", ");

/** SQL of the digits of a unit's pair of numbers. */
function pairOf(row: string, part: string): string {
  return hexSql(`${row}.pairs`, `(${part}.place * l.units + n.i) * 5 + 1`, 5);
}

export const NORM_STATS: View = {
  name: "norm_stats",
  about: "a unit of a layer with a norm",
  with: `${NUMBERS}, part(row, place, name) as (values ${PARTS})`,
  from: `(
    select r.name as run, p.step as step, l.name as layer, n.i as unit,
      nullif(s.name, 'affine') as statistics,
      iif(s.name = 'affine', null, ${pairOf("m", "s")}) as moments, ${pairOf("a", "b")} as affine
    from ${PROBES} join probe_norm m on m.probe_id = p.id ${layerOf("m")}
      cross join part s on s.row = m.kind and (s.name <> 'affine' or not exists (
        select 1 from probe_norm o
        where o.probe_id = m.probe_id and o.layer = m.layer and o.kind <> m.kind))
      cross join probe_norm a on a.probe_id = p.id and a.layer = m.layer
      cross join part b on b.row = a.kind and b.name = 'affine'
      cross join number n
    where n.i < l.units)`,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    unit: UNIT,
    statistics: [
      "text",
      "batch (of the probe's examples), trainset (only at the end) or running",
      { nulls: "a norm of rows, which has no statistics per unit" },
    ],
    mean: real(float20Sql("moments", 0), "of the norm's input, to four digits", NO_MOMENTS),
    std: real(float20Sql("moments", 1), "of the norm's input, to four digits", NO_MOMENTS),
    gamma: real(float20Sql("affine", 0), "the learnt scale, to four digits"),
    beta: real(float20Sql("affine", 1), "the learnt shift, to four digits; 0 if there is none"),
  },
};

/** SQL of the number of bins of each sign. */
const SIDE = "((t.largest - t.smallest + 1) << t.mantissa_bits)";

/** SQL of the edge at a place that counts from 0 in both directions. */
function edge(place: string): string {
  const size = `abs(${place})`;
  const octave = `(${size} >> mantissa_bits)`;
  const within = `(${size} & ((1 << mantissa_bits) - 1))`;
  const unit = `pow(2, smallest - mantissa_bits)`;
  return `(sign(${place}) * ${unit} * case when ${octave} = 0 then ${within}
      else pow(2, ${octave} - 1) * ((1 << mantissa_bits) + ${within}) end)`;
}

/** SQL of the bits of each count, and of the bin that a count is of: see migration 003. */
const BITS = "(case when t.digits < 0 then -t.digits else 4 * t.digits end)";
const BIN = `((t.first_bin & 511) + n.i
      + case when n.i < ((t.first_bin >> 9) & 511) then 0 else t.first_bin >> 18 end)`;

/** Only bins that something is in; the first and the last of a scale have no end. */
export const HISTOGRAMS: View = {
  name: "histograms",
  about: "a bin that is not empty; edges never change between steps, layers and runs",
  with: NUMBERS,
  from: `(
    select *, ${bitsSql("counts", "(i * bits)", "bits")} as count
    from (
      select r.name as run, p.step as step, l.name as layer, t.kind as kind, t.counts as counts,
        t.smallest as smallest, t.mantissa_bits as mantissa_bits, n.i as i,
        ${BIN} as bin, ${SIDE} as side, ${BITS} as bits
      from ${TENSORS} cross join number n
      where n.i < length(t.counts) * 8 / ${BITS}))
  where count > 0`,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    kind: [
      "text",
      "preactivation, activation, stream, weight, and the last three with _gradient",
      { sql: nameOf("kind", TENSOR_KINDS) },
    ],
    bin: ["integer", "index, from the lowest on"],
    low: [
      "real",
      "lower edge; -Inf for the first bin",
      { sql: `case bin when 0 then -9e999 else ${edge("(bin - 1 - side)")} end` },
    ],
    high: [
      "real",
      "upper edge; Inf for the last bin",
      { sql: `case bin when 2 * side + 1 then 9e999 else ${edge("(bin - side)")} end` },
    ],
    count: ["integer", "number of values in the bin"],
  },
};

/** SQL of the rows of bits that a saturation map has for each example, see read-probe.ts. */
const POSITIONS = `(case when p.examples * l.units < 8 then 1
      else 8 * length(t.flat) / (p.examples * l.units) end)`;

export const SATURATION: View = {
  name: "saturation",
  about: "an activation where the nonlinearity is flat",
  with: NUMBERS,
  from: `(
    select r.name as run, p.step as step, l.name as layer, e.i as example, q.i as position,
      u.i as unit
    from ${PROBES} join probe_tensor t on t.probe_id = p.id and t.flat is not null ${layerOf("t")}
      cross join number e cross join number q cross join number u
    where e.i < p.examples and q.i < ${POSITIONS} and u.i < l.units
      and ${bitSql("t.flat", `((e.i * ${POSITIONS} + q.i) * l.units + u.i)`)})`,
  columns: {
    run: RUN,
    step: STEP,
    layer: LAYER,
    example: EXAMPLE,
    unit: UNIT,
    position: [
      "integer",
      "position of the layer in the example's context; 0 if the layer has only one",
    ],
  },
};

const KEPT_IN_20_BITS =
  "stored in 20 bits with a mantissa of 12: within 0.013 % of its size; printed with the fewest digits that identify it";

export const LOGITS: View = {
  name: "logits",
  about: "the prediction of the network for one token after one of the first four examples",
  with: NUMBERS,
  from: `(
    select run, step, example, token,
      ${float20Sql("pair", 0)} as kept_logit, ${halfStepSql("pair", 0)} as half_logit,
      ${float20Sql("pair", 1)} as kept_probability, ${halfStepSql("pair", 1)} as half_probability
    from (
      select r.name as run, p.step as step, e.i as example, t.i as token,
        ${hexSql("p.logits", "(e.i * p.tokens + t.i) * 5 + 1", 5)} as pair
      from ${PROBES} cross join number e cross join number t
      where e.i < length(p.logits) / (5 * p.tokens) and t.i < p.tokens))`,
  columns: {
    run: RUN,
    step: STEP,
    example: EXAMPLE,
    token: ["integer", "index in the vocabulary, the end token first"],
    logit: real(fewestDigitsSql("kept_logit", "half_logit"), `unnormalised, ${KEPT_IN_20_BITS}`),
    probability: [
      "real",
      `softmax of the logits, ${KEPT_IN_20_BITS}`,
      {
        unit: "0 to 1",
        nulls: "not finite",
        sql: fewestDigitsSql("kept_probability", "half_probability"),
      },
    ],
  },
};
