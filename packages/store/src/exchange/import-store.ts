import { existsSync, statSync } from "node:fs";
import { mergeGroupColours } from "../annotate/colours.ts";
import { type DamageOptions, damageOf } from "../check/run-damage.ts";
import type { RunDamage } from "../digest/table-check.ts";
import { isStoreName, nearHint } from "../file/near-name.ts";
import { type OpenedStore, openForReading, openForWriting } from "../file/open-database.ts";
import { readSchema } from "../file/owned-tables.ts";
import { StoreError } from "../file/store-error.ts";
import { codeOf, opening } from "../file/trouble.ts";
import type { Files } from "./copy-rows.ts";
import { compareGrid, type GridChange, mergeGrid } from "./merge-grids.ts";
import {
  type ComparedRun,
  compareRun,
  type ImportedRun,
  importedRun,
  mergeRun,
  type RunRow,
} from "./merge-runs.ts";
import { emptyStore, openSource, refuseDamaged } from "./open-source.ts";

export type ImportReport = {
  /** What the user should know about how the files were opened. */
  readonly notices: readonly string[];
  readonly grids: readonly { readonly grid: string; readonly change: GridChange }[];
  readonly runs: readonly ImportedRun[];
  /** Runs that stay there, as they are damaged. */
  readonly refused: readonly RunDamage[];
};

export type ImportOptions = Pick<DamageOptions, "configDamage" | "weightsDamage"> & {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Awaited before each run; what it throws ends the work, and what is done stays. */
  readonly beforeRun?: () => Promise<void>;
};

/**
 * Takes the runs of the store at `from` over into that at `path`, which is made where there is none.
 * A run is the same where its hash is: the finished one stays, else the one with more steps, else
 * ours. What is in the trash there does not come, and what is in the trash here stays there. One
 * transaction a run: killed and repeated, it comes to the same.
 *
 * A damaged run stays there, and does not keep the others from coming.
 *
 * @throws StoreError - if one of them is no store, from a newer ablate, or has damaged pages; then nothing is taken
 */
export async function importStore(
  path: string,
  from: string,
  { dryRun = false, beforeRun = async () => {}, ...checking }: ImportOptions = {},
): Promise<ImportReport> {
  refuseItself(path, from);
  const source = openSource(from);
  try {
    opening(from, "read", () => refuseDamaged(source.sql, from));
    const target = openTarget(path, dryRun);
    try {
      const write: Write = (work) =>
        opening(path, "write to", () => (dryRun ? work() : target.sql.transaction(work)));
      const files = { from: source.sql, to: target.sql };
      const merge = dryRun ? null : opening(path, "write to", () => merger(files));
      const taking = { files, merge, write, refused: [] };
      const grids = takeGrids(taking);
      write(() => merge?.groupColours());
      const runs = await takeRuns(taking, { beforeRun, ...checking });
      const { refused } = taking;
      const notices = [source.notice, target.notice].filter((notice) => notice !== null);
      return { notices, grids, runs, refused };
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

type Write = (work: () => void) => void;

type Taking = {
  readonly files: Files;
  /** null: only says what would be done. */
  readonly merge: Merger | null;
  readonly write: Write;
  readonly refused: RunDamage[];
};

function takeGrids({ files, merge, write, refused }: Taking): ImportReport["grids"] {
  const ids = files.from.values<number>("select id from kept_grid order by id");
  return ids.flatMap((id) => {
    const { theirs, change } = compareGrid(files, id);
    const reason = whyUnfit(() => write(() => merge?.grid(id)));
    if (reason === null) return [{ grid: theirs.name, change }];
    refused.push({ run: `grid ${theirs.name}`, reason, isOfName: false });
    return [];
  });
}

async function takeRuns(
  { files, merge, write, refused }: Taking,
  { beforeRun, ...checking }: DamageOptions & Pick<Required<ImportOptions>, "beforeRun">,
): Promise<ImportedRun[]> {
  const taken: ImportedRun[] = [];
  for (const run of files.from.rows<RunRow>(RUNS)) {
    await beforeRun();
    const take = (): void => {
      const found = compareRun(files, run);
      const imported = importedRun(files, found);
      if (found.change !== "trashed") merge?.run(found);
      taken.push(imported);
    };
    const damage = damageOf(files.from, run.id, { ...checking, isForeign: true });
    const reason = damage ?? whyUnfit(() => write(take));
    if (reason !== null) refused.push({ run: run.name, reason, isOfName: false });
  }
  return taken;
}

/** Does what takes values from another store; says why they do not fit into the tables of this one. */
function whyUnfit(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    const { cause } = error instanceof StoreError ? error : { cause: error };
    if (!(cause instanceof Error) || !/^SQLITE_(?:CONSTRAINT|MISMATCH)/.test(codeOf(cause)))
      throw error;
    return `it does not fit: ${cause.message}`;
  }
}

/** Not in the trash, in the order of their first grids, which is the order they get here. */
const RUNS = `
  select r.* from kept_run r
    left join kept_grid_run gr on gr.id = (select min(id) from kept_grid_run where run_id = r.id)
  order by gr.grid_id, gr.position, r.id`;

type Merger = {
  readonly groupColours: () => void;
  readonly grid: (id: number) => void;
  readonly run: (found: ComparedRun) => void;
};

function merger(files: Files): Merger {
  files.to.database.pragma("synchronous = FULL");
  const schema = readSchema(files.to, "skipped");
  const gridIds = new Map<number, number>();
  return {
    groupColours: () => mergeGroupColours(files),
    grid: (id) => gridIds.set(id, mergeGrid(files, schema, id)),
    run: (found) => mergeRun(files, schema, gridIds, found),
  };
}

function openTarget(path: string, dryRun: boolean): OpenedStore {
  if (!dryRun) return openForWriting(path);
  return existsSync(path) ? openForReading(path) : emptyStore();
}

function refuseItself(path: string, from: string): void {
  if (!existsSync(from)) {
    throw new StoreError(`there is no store at ${from} to import${nearHint(from, isStoreName)}`);
  }
  if (!existsSync(path)) return;
  const [a, b] = [statSync(path), statSync(from)];
  if (a.dev !== b.dev || a.ino !== b.ino) return;
  throw new StoreError(`${from} is the store that would be written to; name another one to import`);
}
