import SqliteDatabase from "better-sqlite3";
import { readSchema } from "../file/owned-tables.ts";
import { migrate } from "../migrations/migrate.ts";
import { asInterrupted, type RunRow } from "./compare-runs.ts";
import { type Files, inserter, ownedCopier } from "./copy-rows.ts";
import { annotationsMerger, gridMerger, membershipMerger } from "./merge-grids.ts";
import { openSource } from "./open-source.ts";

export type SealOptions = {
  /** Names of the runs to take. */
  readonly runs: readonly string[];
  /** The grid they are taken as members of; null: all of theirs. */
  readonly grid: string | null;
  /** Awaited before each run; what it throws ends the work. */
  readonly beforeRun: () => Promise<void>;
};

/**
 * Writes some runs of a store into a new one, complete with all that belongs to them: one file
 * without a log beside it, which can be read in any folder. Nobody else may know of `file` yet.
 *
 * @throws StoreError - if `path` is no store that can be read
 */
export async function sealStore(path: string, file: string, options: SealOptions): Promise<void> {
  const source = openSource(path);
  const target = new SqliteDatabase(file);
  try {
    target.pragma("auto_vacuum = INCREMENTAL");
    target.pragma("synchronous = OFF");
    migrate(target);
    target.pragma("foreign_keys = ON");
    target.exec("begin");
    await fill({ from: source.database, to: target }, options);
    target.exec("commit; vacuum");
  } finally {
    target.close();
    source.close();
  }
}

async function fill(files: Files, { runs, grid, beforeRun }: SealOptions): Promise<void> {
  const { from, to } = files;
  const schema = readSchema(to);
  const gridIds = copyGrids(files, { runs, grid });
  const find = from.prepare<[string], RunRow>("select * from run where name = ?");
  const insert = inserter(to, "run", schema.run);
  const copyOwned = ownedCopier(files, "run", schema.ofRun);
  const mergeAnnotations = annotationsMerger(files, "run");
  const join = membershipMerger(files, gridIds);
  for (const name of runs) {
    await beforeRun();
    const run = find.get(name);
    if (run === undefined) continue;
    const id = insert(asInterrupted(run));
    copyOwned(run.id, id);
    mergeAnnotations(run.id, id);
    join(run.id, id);
  }
}

/** The grids that come along, by their numbers there, with their numbers here. */
function copyGrids(
  files: Files,
  { runs, grid }: Pick<SealOptions, "runs" | "grid">,
): ReadonlyMap<number, number> {
  const merge = gridMerger(files, readSchema(files.to));
  const wanted = files.from
    .prepare<[{ grid: string | null; runs: string }], number>(
      `select id from kept_grid where name = @grid or (@grid is null and id in (
         select gr.grid_id from kept_grid_run gr join kept_run r on r.id = gr.run_id
         where r.name in (select value from json_each(@runs))))
       order by id`,
    )
    .pluck()
    .all({ grid, runs: JSON.stringify(runs) });
  return new Map(wanted.map((id) => [id, merge(id)]));
}
