import type { StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import { log10 } from "../log10.ts";

/**
 * Steps that are read at once: their ratios fit into memory whatever the network. A multiple of most levels
 * of the rollup: only the widest buckets are open between two blocks.
 */
export const STEPS_AT_ONCE = 4096;

export type StepsOfRun = {
  readonly first: number;
  /** The step after the last one. */
  readonly end: number;
  /** How many ratios each step has. */
  readonly parameters: number;
};

/** Reads steps of a run as they were recorded, to the bit, block by block. */
export function* stepBlocks(
  sql: Statements,
  runId: number,
  { first, end, parameters }: StepsOfRun,
): Generator<StepBlock> {
  for (let from = first; from < end; from += STEPS_AT_ONCE) {
    const to = Math.min(end, from + STEPS_AT_ONCE);
    yield readSteps(sql, runId, { first: from, end: to, parameters });
  }
}

type Row = {
  readonly step: number;
  readonly loss: number | null;
  readonly lr: number | null;
  readonly ratios: Buffer;
};

/**
 * Reads consecutive steps of a run as one block.
 *
 * @throws DamageError - if a step has not a ratio for each parameter, or is not the one after that before it
 */
export function readSteps(
  sql: Statements,
  runId: number,
  { first, end, parameters }: StepsOfRun,
): StepBlock {
  const rows = sql.rows<Row>(
    "select step, loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
    runId,
    first,
    end - 1,
  );
  const ratios = new Float32Array(rows.length * parameters);
  const bytes = Buffer.from(ratios.buffer);
  for (const [i, row] of rows.entries()) {
    if (row.step !== first + i) throw new DamageError(`its step ${first + i} is not there`);
    if (row.ratios.length !== parameters * 4) {
      throw new DamageError(
        `its step ${first + i} has ${row.ratios.length / 4} ratios of ${parameters}`,
      );
    }
    bytes.set(row.ratios, i * parameters * 4);
  }
  return {
    first,
    count: rows.length,
    loss: Float64Array.from(rows, ({ loss }) => loss ?? Number.NaN),
    lr: Float64Array.from(rows, ({ lr }) => lr ?? Number.NaN),
    ratios,
  };
}

/** Returns the update ratio of a parameter in a step's BLOB; `null` for NaN. */
export function ratioAt(ratios: Buffer, idx: number): number | null {
  const ratio = floatAt(ratios, idx);
  return Number.isNaN(ratio) ? null : ratio;
}

/** Returns its logarithm to base 10, `-Infinity` for 0; `null` where there is none. */
export function logRatio(ratios: Buffer, idx: number): number | null {
  const logarithm = log10(floatAt(ratios, idx));
  return Number.isNaN(logarithm) ? null : logarithm;
}

/** @throws DamageError - if there are fewer ratios */
function floatAt(ratios: Buffer, idx: number): number {
  if ((idx + 1) * 4 <= ratios.length) return ratios.readFloatLE(idx * 4);
  throw new DamageError(`one of its steps has ${Math.floor(ratios.length / 4)} ratios only`);
}
