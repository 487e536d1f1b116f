/**
 * Checks stored JSON and stored sizes of a run before anything is made of them: a size that nothing bears out would be
 * memory, a text that is no JSON would end a query over all runs.
 */
import type { Statements } from "../file/statements.ts";
import { MOST_NUMBERS } from "../probe/pack.ts";

function isJson(text: string, type: string): string {
  return `json_type(iif(json_valid(${text}), ${text}, 'null')) = '${type}'`;
}

/**
 * The product of a shape's sizes, as a REAL, 1 for none; NULL where one is no whole number above 0, or it is no list. A
 * size of 0 is one as well in a network of another program, whose parameter may be empty.
 */
const PRODUCT = `(select case when count(*) = 0 then 1.0
  when min(type = 'integer' and value > 0) then exp(sum(ln(value)))
  when r.source is not null and min(type = 'integer' and value >= 0) then 0.0 end
  from json_each(iif(json_valid(p.shape), p.shape, '[-1]')))`;

/** Bytes of a pair of float20. */
const PAIR = 5;

/** Bits of a mantissa, and exponents of two, that a float32 has. */
const [MOST_MANTISSA, LOWEST, HIGHEST] = [23, -160, 160];

/**
 * More numbers than leave a layer of a recorded run for one example: what they are does not follow from its parameters.
 * Of a histogram in another program's log it is not known: 0.
 */
const MOST_UNITS: number = 2 ** 26;

/** What may be wrong: the end of a sentence that begins with the run's name, and SQL of whether it is so. */
const CHECKS: readonly (readonly [reason: string, isSo: string])[] = [
  ["its config is no JSON of a map", `not ${isJson("r.config", "object")}`],
  ["its provenance is no JSON of a map", `not ${isJson("r.provenance", "object")}`],
  [
    "its thresholds are no JSON of a map",
    `exists (select 1 from diagnosis d where d.run_id = r.id
      and not ${isJson("d.thresholds", "object")})`,
  ],
  [
    "a parameter has another size than its shape says",
    `exists (select 1 from param p where p.run_id = r.id
      and ifnull(abs(${PRODUCT} - p.size) > 1e-6 * p.size, 1))`,
  ],
  [
    "its parameters are not as many numbers as it says",
    "r.parameters <> (select sum(size) from param where run_id = r.id)",
  ],
  [
    "it has steps and no parameters",
    `r.parameters > 0 and r.last_step is not null
      and not exists (select 1 from param where run_id = r.id)`,
  ],
  [
    "its parameters are not numbered from 0",
    `(select count(*) from param where run_id = r.id)
      <> (select ifnull(max(idx), -1) + 1 from param where run_id = r.id)`,
  ],
  [
    "a metric has numbers of other sizes than it says",
    `exists (select 1 from metric_point p where p.run_id = r.id and (length(p.numbers) = 0
      or length(p.numbers) % 8 <> 0 or p.step < 0 or length(p.steps) <> length(p.numbers) / 2
      or not exists (select 1 from metric m where m.run_id = r.id and m.idx = p.metric)))`,
  ],
  [
    "its metrics are not numbered from 0",
    `(select count(*) from metric where run_id = r.id)
      <> (select ifnull(max(idx), -1) + 1 from metric where run_id = r.id)`,
  ],
  [
    "a layer has more units than parameters",
    `exists (select 1 from probe_layer l where l.run_id = r.id and (
      l.units < (r.source is null) or l.units >
      iif(r.source is null, (select max(size) from param p where p.run_id = r.id and p.layer = l.name),
        ${MOST_UNITS})))`,
  ],
  [
    "a probe has other sizes than its numbers",
    `exists (select 1 from probe p where p.run_id = r.id and (p.examples not between 0 and
      ${MOST_NUMBERS} or p.tokens not between 0 and length(p.logits) / ${PAIR}
      or length(p.logits) > ${PAIR} * p.tokens * p.examples))`,
  ],
  [
    "a histogram has bins that no probe has",
    `exists (select 1 from probe p join probe_tensor t on t.probe_id = p.id where p.run_id = r.id
      and t.counts is not null and not (t.mantissa_bits between 0 and ${MOST_MANTISSA}
      and t.smallest >= ${LOWEST} and t.largest between t.smallest - 1 and ${HIGHEST}
      and 2 * ((t.largest - t.smallest + 1) << t.mantissa_bits) + 2 <= ${MOST_NUMBERS}
      and t.digits between -32 and 8 and (t.first_bin & 511) + (t.first_bin >> 18)
      + length(t.counts) * 8 / iif(t.digits < 0, -t.digits, 4 * max(1, t.digits))
      <= 2 * ((t.largest - t.smallest + 1) << t.mantissa_bits) + 2 + 7))`,
  ],
  [
    "a saturation map has another size than its layer",
    `exists (select 1 from probe p join probe_tensor t on t.probe_id = p.id
      join probe_layer l on l.run_id = p.run_id and l.idx = t.layer where p.run_id = r.id
      and t.flat is not null and length(t.flat) <> (p.examples * l.units
      * max(1, 8 * length(t.flat) / max(1, p.examples * l.units)) + 7) / 8)`,
  ],
  [
    "a batch norm has another size than its layer",
    `exists (select 1 from probe p join probe_norm n on n.probe_id = p.id
      join probe_layer l on l.run_id = p.run_id and l.idx = n.layer where p.run_id = r.id
      and length(n.pairs) <> ${PAIR} * l.units * (1 + (n.kind > 3)))`,
  ],
];

const FIRST = `select case ${CHECKS.map(([, isSo], i) => `when ${isSo} then ${i}`).join("\n")} end
  from run r where r.id = ?`;

/** Says which stored value of a run cannot be what it says; null where all can. */
export function valueDamage(sql: Statements, id: number): string | null {
  const found = sql.value<number | null>(FIRST, id) ?? null;
  return found === null ? null : (CHECKS[found]?.[0] ?? null);
}
