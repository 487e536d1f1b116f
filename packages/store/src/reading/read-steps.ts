import type { StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";

type Row = { readonly loss: number | null; readonly lr: number | null; readonly ratios: Buffer };

export type StepsOfRun = {
  readonly first: number;
  readonly count: number;
  /** How many ratios each step has. */
  readonly parameters: number;
};

/** Reads up to `count` consecutive steps of a run as they were recorded, to the bit. */
export function readSteps(
  sql: Statements,
  runId: number,
  { first, count, parameters }: StepsOfRun,
): StepBlock {
  const rows = sql.rows<Row>(
    "select loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
    runId,
    first,
    first + count - 1,
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
