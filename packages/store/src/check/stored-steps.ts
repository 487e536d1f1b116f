import type { Database } from "better-sqlite3";
import type { StepBlock } from "../contract/record.ts";

type Row = [loss: number | null, lr: number | null, ratios: Buffer];

/** Makes the function that reads consecutive steps of a run as one block. */
export function blockReader(
  database: Database,
): (runId: number, first: number, count: number, parameters: number) => StepBlock {
  const read = database.prepare<[number, number, number], Row>(
    "select loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
  );
  read.raw();
  return (runId, first, count, parameters) => {
    const rows = read.all(runId, first, first + count - 1);
    const ratios = new Float32Array(rows.length * parameters);
    const bytes = Buffer.from(ratios.buffer);
    for (const [i, [, , blob]] of rows.entries()) bytes.set(blob, i * parameters * 4);
    return {
      first,
      count: rows.length,
      loss: Float64Array.from(rows, ([loss]) => loss ?? Number.NaN),
      lr: Float64Array.from(rows, ([, lr]) => lr ?? Number.NaN),
      ratios,
    };
  };
}
