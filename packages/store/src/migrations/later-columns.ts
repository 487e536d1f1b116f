/** Columns that tables got later. */

/** A column that a table gets later. */
export type AddedColumn = {
  readonly table: string;
  readonly name: string;
  /** Its type, and what else SQL says of it. */
  readonly definition: string;
  /**
   * SQL of its value in rows that are there already, over their other columns; null: NULL. Tables in
   * subqueries go by `main.NAME`: readers of an older store evaluate it in a view named like the table.
   */
  readonly fill: string | null;
};

const LAYER = "iif(instr(name, '.'), substr(name, 1, instr(name, '.') - 1), name)";

const ROLE = `case when name = 'embedding' then 'embedding' when name glob '*.weight' then 'weight'
    when name glob '*.bias' then 'bias' when name glob '*.bn.gamma' then 'gain'
    when name glob '*.bn.beta' then 'shift' else 'other' end`;

function kindOf(layer: string): string {
  return `case when ${layer} in ('embedding', 'output') then ${layer}
    when ${layer} glob 'hidden[0-9]*' then 'hidden' else 'other' end`;
}

const KIND = "text not null default 'other'";

/**
 * What parameters and layers are. This is the only place that tells it from their names, as it was
 * told before.
 *
 * - `param.layer` is the layer that a parameter belongs to.
 * - `param.layer_kind` and `probe_layer.kind` are a LayerKind of core, `param.role` is a ParameterRole.
 */
export const parameterRoles: readonly AddedColumn[] = [
  { table: "param", name: "layer", definition: "text not null default ''", fill: LAYER },
  { table: "param", name: "layer_kind", definition: KIND, fill: kindOf(LAYER) },
  { table: "param", name: "role", definition: KIND, fill: ROLE },
  { table: "probe_layer", name: "kind", definition: KIND, fill: kindOf("name") },
];

const OVER = ", no longer at step ";
/** A finding's message up to the first colon: `hidden1 60 % saturated, no longer at step 2,000`. */
const HEAD = "substr(message, 1, instr(message || ': ', ': ') - 1)";

const AT = " at step ";
/** The message of an event: ` at step 10`, or ` from g/short at step 10`. */
const RESUMED = "' ' || message";

function after(mark: string, text: string): string {
  return `substr(${text}, instr(${text}, '${mark}') + ${mark.length})`;
}

/**
 * Columns for what only sentences said before; no other place reads it out of them.
 *
 * - `finding.until` is the step from which on a finding holds no more; NULL: it still holds.
 * - `event.from_step` is how many updates a run that goes on had; `from_run` is the run that made
 *   them where it is another.
 */
export const endsAndOrigins: readonly AddedColumn[] = [
  {
    table: "finding",
    name: "until",
    definition: "integer",
    fill: `case when instr(${HEAD}, '${OVER}') > 0
      then cast(replace(${after(OVER, HEAD)}, ',', '') as integer) end`,
  },
  {
    table: "event",
    name: "from_run",
    definition: "text",
    fill: `case when kind = 'resumed' and message glob 'from *${AT}[0-9]*'
      then substr(message, 6, instr(message, '${AT}') - 6) end`,
  },
  {
    table: "event",
    name: "from_step",
    definition: "integer",
    fill: `case when kind = 'resumed' and ${RESUMED} glob '*${AT}[0-9]*'
      then cast(${after(AT, RESUMED)} as integer) end`,
  },
];

/**
 * Who holds a run, also where the wall clock jumps.
 *
 * - `run.process_start` tells the process `run.pid` from a later one of its number; NULL where nothing is known of it.
 */
export const processStarts: readonly AddedColumn[] = [
  { table: "run", name: "process_start", definition: "text", fill: null },
];
