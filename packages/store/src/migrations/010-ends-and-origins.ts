import type { AddedColumn } from "./added-column.ts";

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
