import type { StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
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

type Row = { readonly loss: number | null; readonly lr: number | null; readonly ratios: Buffer };

/** Reads consecutive steps of a run as one block. */
export function readSteps(
  sql: Statements,
  runId: number,
  { first, end, parameters }: StepsOfRun,
): StepBlock {
  const rows = sql.rows<Row>(
    "select loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
    runId,
    first,
    end - 1,
  );
  const ratios = new Float32Array(rows.length * parameters);
  const bytes = Buffer.from(ratios.buffer);
  for (const [i, row] of rows.entries()) bytes.set(row.ratios, i * parameters * 4);
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
  const ratio = ratios.readFloatLE(idx * 4);
  return Number.isNaN(ratio) ? null : ratio;
}

/** Returns its logarithm to base 10, `-Infinity` for 0; `null` where there is none. */
export function logRatio(ratios: Buffer, idx: number): number | null {
  const logarithm = log10(ratios.readFloatLE(idx * 4));
  return Number.isNaN(logarithm) ? null : logarithm;
}
