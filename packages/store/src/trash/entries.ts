import type { Statements } from "../file/statements.ts";

/** A run or a grid that is in the trash, or goes there or comes back. */
export type TrashEntry = {
  readonly kind: "run" | "grid";
  readonly name: string;
  /** Runs that go with a grid; of a run 1. */
  readonly runs: number;
  /** What purging it frees, about. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

export type TrashedRow = {
  readonly id: number;
  readonly name: string;
  readonly atMs: number;
  /** The trashed grid that it goes with; null: it was thrown away by itself. */
  readonly gridId: number | null;
};

const GRIDS = `
  select g.id as id, g.name as name, t.at_ms as atMs, null as gridId
  from trash_grid t join grid g on g.id = t.grid_id order by t.at_ms, g.id`;

const RUNS = `
  select r.id as id, r.name as name, t.at_ms as atMs,
    (select gr.grid_id from grid_run gr join trash_grid tg on tg.grid_id = gr.grid_id
     where gr.run_id = r.id order by gr.id limit 1) as gridId
  from trash_run t join run r on r.id = t.run_id order by t.at_ms, r.id`;

export type TrashRows = {
  readonly grids: readonly TrashedRow[];
  readonly runs: readonly TrashedRow[];
};

/** Returns every row of the trash, the oldest first. */
export function trashRows(sql: Statements): TrashRows {
  return { grids: sql.rows(GRIDS), runs: sql.rows(RUNS) };
}

/** Returns what is in the trash, grids with their runs first. */
export function trashEntries(sql: Statements): TrashEntry[] {
  return entriesOf(sql, trashRows(sql));
}

/** Turns rows into entries; runs of a grid count as that grid. */
export function entriesOf(sql: Statements, { grids, runs }: TrashRows): TrashEntry[] {
  const entry = (kind: TrashEntry["kind"], row: TrashedRow, own: readonly TrashedRow[]) => {
    const bytes = own.reduce((sum, { id }) => sum + (sql.value<number>(BYTES, id) ?? 0), 0);
    return { kind, name: row.name, runs: own.length, bytes, atMs: row.atMs };
  };
  const gridIds = new Set(grids.map(({ id }) => id));
  const alone = runs.filter(({ gridId }) => gridId === null || !gridIds.has(gridId));
  const ofGrid = Map.groupBy(runs, ({ gridId }) => gridId);
  return [
    ...grids.map((grid) => entry("grid", grid, ofGrid.get(grid.id) ?? [])),
    ...alone.map((run) => entry("run", run, [run])),
  ];
}

/** About how many bytes a row takes beside its blobs and texts. */
const ROW = 24;
/** Bytes beside the blob of a row of `step`, which has loss and lr. */
const STEP = 33;

function sum(bytes: string, from: string): string {
  return `(select coalesce(sum(${bytes} + ${ROW}), 0) from ${from})`;
}

const ofRun = (table: string): string => `${table} where run_id = r.id`;
const ofProbes = (table: string): string =>
  `probe p join ${table} t on t.probe_id = p.id where p.run_id = r.id`;

/** About how many bytes a run takes. Steps are counted, not read: each is as long as the others. */
const BYTES = `
  select length(config) + length(provenance) + 400
    + (coalesce(last_step, -1) + 1) * (${STEP} + 4 * (select count(*) from ${ofRun("param")}))
    + ${sum("length(data)", ofRun("rollup"))}
    + ${sum("100 + length(name)", ofRun("metric"))}
    + ${sum("length(numbers) + coalesce(length(steps), 0)", ofRun("metric_point"))}
    + ${sum("length(data)", ofRun("metric_rollup"))}
    + ${sum("0", ofRun("tick"))}
    + ${sum("16", ofRun("eval"))}
    + ${sum("length(text)", ofRun("sample"))}
    + ${sum("100 + length(weights) + coalesce(length(state), 0)", ofRun("checkpoint"))}
    + ${sum("length(logits)", ofRun("probe"))}
    + ${sum("80 + coalesce(length(counts), 0) + coalesce(length(flat), 0)", ofProbes("probe_tensor"))}
    + ${sum("length(pairs)", ofProbes("probe_norm"))}
  from run r where r.id = ?`;
