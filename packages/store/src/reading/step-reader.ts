import type { Database } from "better-sqlite3";
import type { StepBlock } from "../contract/record.ts";

type Row = { readonly loss: number | null; readonly lr: number | null; readonly ratios: Buffer };
type Range = { readonly run: string; readonly from: number; readonly end: number };

/** Prepares what reads consecutive steps as they were recorded, to the bit. */
export function stepReader(
  database: Database,
): (runName: string, from: number, count: number) => StepBlock {
  const rows = database.prepare<[Range], Row>(
    `select loss, lr, ratios from step
     where run_id = (select id from run where name = @run) and step >= @from and step < @end
     order by step`,
  );
  return (run, from, count) => {
    const found = rows.all({ run, from, end: from + count });
    const width = (found[0]?.ratios.byteLength ?? 0) / Float32Array.BYTES_PER_ELEMENT;
    const ratios = new Float32Array(found.length * width);
    const bytes = new Uint8Array(ratios.buffer);
    for (const [i, row] of found.entries()) bytes.set(row.ratios, i * width * 4);
    return {
      first: from,
      count: found.length,
      loss: Float64Array.from(found, ({ loss }) => loss ?? Number.NaN),
      lr: Float64Array.from(found, ({ lr }) => lr ?? Number.NaN),
      ratios,
    };
  };
}
