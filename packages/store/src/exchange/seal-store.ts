import { mergeGroupColours } from "../annotate/colours.ts";
import { type DamageOptions, damageOf } from "../check/run-damage.ts";
import type { RunDamage } from "../digest/table-check.ts";
import { connect, opened } from "../file/open-database.ts";
import { readSchema } from "../file/owned-tables.ts";
import { migrate } from "../migrations/migrate.ts";
import type { Files } from "./copy-rows.ts";
import { mergeGrid } from "./merge-grids.ts";
import { asInterrupted, mergeRun, type RunRow } from "./merge-runs.ts";
import { openSource } from "./open-source.ts";

export type SealOptions = Pick<DamageOptions, "weightsDamage"> & {
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
 * @returns the runs that are left out, as they are damaged
 * @throws StoreError - if `path` is no store that can be read
 */
export async function sealStore(
  path: string,
  file: string,
  options: SealOptions,
): Promise<RunDamage[]> {
  const source = openSource(path);
  const target = connect(file);
  try {
    target.pragma("auto_vacuum = INCREMENTAL");
    target.pragma("synchronous = OFF");
    migrate(target);
    target.pragma("foreign_keys = ON");
    target.exec("begin");
    const damaged = await fill({ from: source.sql, to: opened(target).sql }, options);
    target.exec("commit; vacuum");
    return damaged;
  } finally {
    target.close();
    source.close();
  }
}

const GRIDS = `
  select id from kept_grid where name = @grid or (@grid is null and id in (
    select gr.grid_id from kept_grid_run gr join kept_run r on r.id = gr.run_id
    where r.name in (select value from json_each(@runs))))
  order by id`;

async function fill(
  files: Files,
  { runs, grid, beforeRun, ...checking }: SealOptions,
): Promise<RunDamage[]> {
  const damaged: RunDamage[] = [];
  const schema = readSchema(files.to, "skipped");
  const grids = files.from.values<number>(GRIDS, { grid, runs: JSON.stringify(runs) });
  const gridIds = new Map(grids.map((id) => [id, mergeGrid(files, schema, id)]));
  mergeGroupColours(files);
  for (const name of runs) {
    await beforeRun();
    const run = files.from.row<RunRow>("select * from run where name = ?", name);
    if (run === undefined) continue;
    const reason = isSetAside(files, run.id) ? null : damageOf(files.from, run.id, checking);
    if (reason !== null) {
      damaged.push({ run: name, reason, isOfName: false });
      continue;
    }
    const added = { theirs: asInterrupted(run), ours: undefined, name, change: "added" } as const;
    mergeRun(files, schema, gridIds, added);
  }
  return damaged;
}

/** Says whether a run goes as damaged: all that it has, as it is. */
function isSetAside({ from }: Files, id: number): boolean {
  return from.value("select 1 from damaged_run where run_id = ?", id) !== undefined;
}
