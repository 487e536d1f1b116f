/** The views of what probes saw. */
import { bitSql, bitsSql, float20Sql } from "../float32.ts";
import { MOST_NUMBERS, NORM_ROWS, TENSOR_KINDS } from "./probe.ts";

/**
 * `number(i)`: 0 up to the widest layer, for views that count out blobs. A `cross join` keeps it the inner
 * loop: what is asked for decides the rows, then their numbers are gone through.
 */
const NUMBERS = `
  with recursive number(i) as (select 0 union all select i + 1 from number
    where i + 1 < max(${MOST_NUMBERS}, (select ifnull(max(units), 0) from probe_layer)))`;

const PROBES = "run r join probe p on p.run_id = r.id";

/** Joins the layer that the rows of `alias` belong to. */
function layerOf(alias: string): string {
  return `join probe_layer l on l.run_id = r.id and l.idx = ${alias}.layer`;
}

function nameOf(column: string, names: readonly string[]): string {
  return `case ${column} ${names.map((name, i) => `when ${i} then '${name}'`).join(" ")} end`;
}

const LAYER_STATS = `
  select r.name as run, p.step as step, l.name as layer, ${nameOf("t.kind", TENSOR_KINDS)} as kind,
    t.mean as mean, t.std as std, t.saturated as saturated, t.dead as dead, t.min as min, t.max as max
  from ${PROBES} join probe_tensor t on t.probe_id = p.id ${layerOf("t")}`;

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

const NORM_STATS = `${NUMBERS}, part(row, place, name) as (values ${PARTS})
  select r.name as run, p.step as step, l.name as layer, n.i as unit,
    s.name as statistics,
    ${ofPair(MOMENTS, 0)} as mean, ${ofPair(MOMENTS, 1)} as std,
    ${ofPair(AFFINE, 0)} as gamma, ${ofPair(AFFINE, 1)} as beta
  from ${PROBES} join probe_norm m on m.probe_id = p.id ${layerOf("m")}
    cross join part s on s.row = m.kind and s.name <> 'affine'
    cross join probe_norm a on a.probe_id = p.id and a.layer = m.layer
    cross join part b on b.row = a.kind and b.name = 'affine'
    cross join number n
  where n.i < l.units`;

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
const HISTOGRAMS = `${NUMBERS}
  select run, step, layer, kind, bin, low, high, count from (
    select r.name as run, p.step as step, l.name as layer,
      ${nameOf("t.kind", TENSOR_KINDS)} as kind, ${BIN} as bin,
      case ${BIN} when 0 then -9e999
        else ${edge(`(${BIN} - 1 - ${SIDE})`)} end as low,
      case ${BIN} when 2 * ${SIDE} + 1 then 9e999
        else ${edge(`(${BIN} - ${SIDE})`)} end as high,
      ${bitsSql("t.counts", `(n.i * ${BITS})`, BITS)} as count
    from ${PROBES} join probe_tensor t on t.probe_id = p.id ${layerOf("t")}
      cross join number n
    where n.i < length(t.counts) * 8 / ${BITS})
  where count > 0`;

const SATURATION = `${NUMBERS}
  select r.name as run, p.step as step, l.name as layer, e.i as example, u.i as unit
  from ${PROBES} join probe_tensor t on t.probe_id = p.id and t.flat is not null ${layerOf("t")}
    cross join number e cross join number u
  where e.i < p.examples and u.i < l.units
    and ${bitSql("t.flat", "(e.i * l.units + u.i)")}`;

/** The logit of a token of an example, or its probability: 0 or 1. */
function ofToken(which: number): string {
  return float20Sql("p.logits", "(e.i * p.tokens + t.i) * 5 + 1", which);
}

const LOGITS = `${NUMBERS}
  select r.name as run, p.step as step, e.i as example, t.i as token,
    ${ofToken(0)} as logit, ${ofToken(1)} as probability
  from ${PROBES} cross join number e cross join number t
  where e.i < length(p.logits) / (5 * p.tokens) and t.i < p.tokens`;

export const probeViews: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "layer_stats", sql: LAYER_STATS },
  { name: "norm_stats", sql: NORM_STATS },
  { name: "histograms", sql: HISTOGRAMS },
  { name: "saturation", sql: SATURATION },
  { name: "logits", sql: LOGITS },
];
