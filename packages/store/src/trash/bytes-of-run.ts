import type { Database } from "better-sqlite3";

/** What a row takes beside its blobs and texts, about. */
const ROW = 24;
/** The same of a step, which has loss and lr. */
const STEP = 33;

function sum(bytes: string, from: string): string {
  return `(select coalesce(sum(${bytes} + ${ROW}), 0) from ${from})`;
}

const ofRun = (table: string): string => `${table} where run_id = r.id`;
const ofProbes = (table: string): string =>
  `probe p join ${table} t on t.probe_id = p.id where p.run_id = r.id`;

/** Steps are counted, not read: every one of a run is as long as the others. */
const BYTES = `
  select length(config) + length(provenance) + 400
    + (coalesce(last_step, -1) + 1) * (${STEP} + 4 * (select count(*) from ${ofRun("param")}))
    + ${sum("length(data)", ofRun("rollup"))}
    + ${sum("0", ofRun("tick"))}
    + ${sum("16", ofRun("eval"))}
    + ${sum("length(text)", ofRun("sample"))}
    + ${sum("100 + length(weights) + coalesce(length(state), 0)", ofRun("checkpoint"))}
    + ${sum("length(logits)", ofRun("probe"))}
    + ${sum("80 + coalesce(length(counts), 0) + coalesce(length(flat), 0)", ofProbes("probe_tensor"))}
    + ${sum("length(pairs)", ofProbes("probe_norm"))}
  from run r where r.id = ?`;

/** Makes the function that says how many bytes a run takes in the file, about. */
export function runMeasure(database: Database): (runId: number) => number {
  const measure = database.prepare<[number], number>(BYTES).pluck();
  return (runId) => measure.get(runId) ?? 0;
}
