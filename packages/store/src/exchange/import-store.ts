import { existsSync, statSync } from "node:fs";
import { type OpenedDatabase, openForReading, openForWriting } from "../file/open-database.ts";
import { opening } from "../file/opening.ts";
import { readSchema } from "../file/owned-tables.ts";
import { StoreError } from "../file/store-error.ts";
import { restoreRun } from "../trash/restore.ts";
import {
  type ComparedRun,
  type ImportedRun,
  importedRun,
  type RunRow,
  runComparer,
} from "./compare-runs.ts";
import { type Files, inserter, ownedCopier, updater } from "./copy-rows.ts";
import {
  annotationsMerger,
  type GridChange,
  gridComparer,
  gridMerger,
  membershipMerger,
} from "./merge-grids.ts";
import { emptyStore, openSource, refuseDamaged } from "./open-source.ts";

export type ImportedGrid = { readonly grid: string; readonly change: GridChange };

export type ImportReport = {
  /** What the user should know about how the files were opened. */
  readonly notices: readonly string[];
  readonly grids: readonly ImportedGrid[];
  readonly runs: readonly ImportedRun[];
};

export type ImportOptions = {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Awaited before each run; what it throws ends the work, and what is done stays. */
  readonly beforeRun?: () => Promise<void>;
};

/** Not in the trash, in the order of their first grids, which is the order they get here. */
const RUNS = `
  select r.* from kept_run r
    left join kept_grid_run gr on gr.id = (select min(id) from kept_grid_run where run_id = r.id)
  order by gr.grid_id, gr.position, r.id`;

/**
 * Takes the runs of the store at `from` over into that at `path`, which is made where there is none.
 * A run is the same where its hash is: the finished one stays, else the one with more steps, else
 * ours. What is in the trash there does not come, and what is in the trash here stays there. One
 * transaction a run: killed and repeated, it comes to the same.
 *
 * @throws StoreError - if one of them is no store, from a newer ablate, or damaged; then nothing is taken
 */
export async function importStore(
  path: string,
  from: string,
  { dryRun = false, beforeRun = async () => {} }: ImportOptions = {},
): Promise<ImportReport> {
  refuseItself(path, from);
  const source = openSource(from);
  try {
    opening(from, "read", () => refuseDamaged(source.database, from));
    const target = openTarget(path, dryRun);
    try {
      const files = { from: source.database, to: target.database };
      const runs = files.from.prepare<[], RunRow>(RUNS).all();
      const importer = dryRun ? dryImporter(files) : realImporter(files);
      const grids = opening(path, "write to", () => importer.grids());
      const imported: ImportedRun[] = [];
      for (const run of runs) {
        await beforeRun();
        imported.push(opening(path, "write to", () => importer.run(run)));
      }
      const notices = [source.notice, target.notice].filter((notice) => notice !== null);
      return { notices, grids, runs: imported };
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

interface Importer {
  grids(): ImportedGrid[];
  run(theirs: RunRow): ImportedRun;
}

function dryImporter(files: Files): Importer {
  const compareGrid = gridComparer(files);
  const compare = runComparer(files, Date.now);
  return {
    grids: () =>
      gridIds(files).map((id) => {
        const { theirs, change } = compareGrid(id);
        return { grid: theirs.name, change };
      }),
    run: (run) => importedRun(compare(run)),
  };
}

function realImporter(files: Files): Importer {
  const { to } = files;
  const schema = readSchema(to);
  const dry = dryImporter(files);
  const mergeGrid = gridMerger(files, schema);
  const compare = runComparer(files, Date.now);
  const keep = runKeeper(files);
  const places = new Map<number, number>();
  const join = membershipMerger(files, places);
  const mergeAnnotations = annotationsMerger(files, "run");
  to.pragma("synchronous = FULL");
  const inTransaction = <T>(work: () => T): T => to.transaction(work).immediate();
  return {
    grids: () =>
      inTransaction(() => {
        const changes = dry.grids();
        for (const id of gridIds(files)) places.set(id, mergeGrid(id));
        return changes;
      }),
    run: (run) =>
      inTransaction(() => {
        const compared = compare(run);
        if (compared.change !== "trashed") {
          const toId = keep(compared);
          mergeAnnotations(run.id, toId);
          join(run.id, toId);
          restoreRun(to, toId);
        }
        return importedRun(compared);
      }),
  };
}

/** Makes what stores a run as it was decided, and returns its number here. */
function runKeeper(files: Files): (compared: ComparedRun) => number {
  const { to } = files;
  const schema = readSchema(to);
  const insert = inserter(to, "run", schema.run);
  const recorded = schema.run.filter((column) => !["name", "hash", "planned_at"].includes(column));
  const update = updater(to, "run", recorded);
  const copyOwned = ownedCopier(files, "run", schema.ofRun);
  const clear = schema.ofRun
    .filter(({ parent }) => parent === "run")
    .map(({ name, owner }) => to.prepare(`delete from "${name}" where "${owner}" = ?`));
  return ({ theirs, ours, name, change }) => {
    if (ours === undefined) {
      const id = insert({ ...theirs, name });
      copyOwned(theirs.id, id);
      return id;
    }
    if (change === "replaced") {
      for (const statement of clear) statement.run(ours.id);
      update(ours.id, theirs);
      copyOwned(theirs.id, ours.id);
    }
    return ours.id;
  };
}

function gridIds({ from }: Files): number[] {
  return from.prepare<[], number>("select id from kept_grid order by id").pluck().all();
}

function openTarget(path: string, dryRun: boolean): OpenedDatabase {
  if (!dryRun) return openForWriting(path);
  return existsSync(path) ? openForReading(path) : emptyStore();
}

function refuseItself(path: string, from: string): void {
  if (!existsSync(from)) throw new StoreError(`there is no store at ${from} to import`);
  if (!existsSync(path)) return;
  const [a, b] = [statSync(path), statSync(from)];
  if (a.dev !== b.dev || a.ino !== b.ino) return;
  throw new StoreError(`${from} is the store that would be written to; name another one to import`);
}
