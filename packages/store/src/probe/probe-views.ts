/** The views of what probes saw. */
import { bitSql, float20Sql, hexSql } from "../float32.ts";
import { MOST_NUMBERS, NORM_KINDS, TENSOR_KINDS } from "./probe.ts";

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

const AFFINE: number = NORM_KINDS.indexOf("affine");

/** One of the two numbers of a unit. */
function ofPair(alias: string, which: number): string {
  return float20Sql(`${alias}.pairs`, "n.i * 5 + 1", which);
}

const NORM_STATS = `${NUMBERS}
  select r.name as run, p.step as step, l.name as layer, n.i as unit,
    ${nameOf("m.kind", NORM_KINDS)} as statistics,
    ${ofPair("m", 0)} as mean, ${ofPair("m", 1)} as std,
    ${ofPair("a", 0)} as gamma, ${ofPair("a", 1)} as beta
  from ${PROBES} join probe_norm m on m.probe_id = p.id and m.kind < ${AFFINE} ${layerOf("m")}
    join probe_norm a on a.probe_id = p.id and a.layer = m.layer and a.kind = ${AFFINE}
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

/** Only bins that something is in; the first and the last of a scale have no end. */
const HISTOGRAMS = `${NUMBERS}
  select run, step, layer, kind, bin, low, high, count from (
    select r.name as run, p.step as step, l.name as layer,
      ${nameOf("t.kind", TENSOR_KINDS)} as kind, t.first_bin + n.i as bin,
      case t.first_bin + n.i when 0 then -9e999
        else ${edge(`(t.first_bin + n.i - 1 - ${SIDE})`)} end as low,
      case t.first_bin + n.i when 2 * ${SIDE} + 1 then 9e999
        else ${edge(`(t.first_bin + n.i - ${SIDE})`)} end as high,
      ${hexSql("substr(hex(t.counts), n.i * t.digits + 1, t.digits)")} as count
    from ${PROBES} join probe_tensor t on t.probe_id = p.id ${layerOf("t")}
      cross join number n
    where n.i < length(t.counts) * 2 / t.digits)
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
