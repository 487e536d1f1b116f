/** Runs of two files are the same by their hash; the record that is worth more is kept. */
import { mergeRunColour } from "../annotate/colours.ts";
import { renewNames, sealWhole, unsealRun } from "../digest/seal.ts";
import { sealOf } from "../digest/verify.ts";
import type { Schema } from "../file/owned-tables.ts";
import type { Statements } from "../file/statements.ts";
import { clearAttempt } from "../recovery/run-tables.ts";
import { restoreRun } from "../trash/restore.ts";
import { TRAINED_BY } from "../views/runs.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import { type RunState, stepsOf } from "../writing/plan.ts";
import { importedName } from "../writing/run-names.ts";
import { columnsOf, copyOwned, type Files, type Row } from "./copy-rows.ts";
import { joinGrids, mergeAnnotations, mergeFormerNames } from "./merge-grids.ts";

/** A row of `run` on its way into another file, where nobody trains it. */
export type RunRow = Row &
  Holder & {
    readonly id: number;
    readonly name: string;
    readonly hash: string;
    readonly config: string;
    readonly state: RunState;
    readonly claim: string | null;
    readonly last_step: number | null;
    /** Missing in a store of an older version. */
    readonly source?: string | null;
  };

/** What became of a run: `training` is kept because this machine is at it, `trashed` is in its trash. */
export type RunChange = "added" | "replaced" | "kept" | "training" | "trashed";

export type ImportedRun = {
  /** Its name here. */
  readonly run: string;
  /** Its name there. */
  readonly source: string;
  readonly hash: string;
  readonly change: RunChange;
  /** Its state here, after the import. */
  readonly state: string;
  /** Steps recorded here, after the import. */
  readonly steps: number;
  /** The revisions of the engine that trained it here, before the import, as the view `runs` has them; null: none did. */
  readonly revision_here: string | null;
  /** Likewise there. */
  readonly revision_there: string | null;
};

export type ComparedRun = {
  readonly theirs: RunRow;
  readonly ours: RunRow | undefined;
  readonly name: string;
  readonly change: RunChange;
};

/** Returns a run without its claim, which stays behind, and with it what was running. */
export function asInterrupted(run: RunRow): RunRow {
  const still = { ...run, claim: null };
  if (run.state !== "running") return still;
  return { ...still, state: "interrupted", reason: "copied while it ran" };
}

/** Compares a run there with the same one here. */
export function compareRun(files: Files, there: RunRow): ComparedRun {
  const { to } = files;
  const theirs = asInterrupted(there);
  const ours = to.row<RunRow>("select * from run where hash = ?", theirs.hash);
  if (ours === undefined) return { theirs, ours, name: importedName(to, theirs), change: "added" };
  const trashed = to.value("select 1 from trash_run where run_id = ?", ours.id);
  const change = trashed === undefined ? changeOf(files, theirs, ours) : "trashed";
  return { theirs, ours, name: ours.name, change };
}

function changeOf({ from, to }: Files, theirs: RunRow, ours: RunRow): RunChange {
  if (ours.claim !== null && isAlive(ours, Date.now())) return "training";
  const isFinished = ({ state }: RunRow) => state === "finished";
  const isBetter =
    isFinished(theirs) === isFinished(ours)
      ? recordedSteps(from, theirs) > recordedSteps(to, ours)
      : isFinished(theirs);
  return isBetter ? "replaced" : "kept";
}

/** Returns how many steps are recorded of a run; of a log without steps, up to the last number of a metric. */
function recordedSteps(sql: Statements, run: RunRow): number {
  const { id, last_step, source = null } = run;
  if (last_step !== null || source === null) return stepsOf(run);
  const last = sql.value<number | null>("select max(last_step) from metric where run_id = ?", id);
  return (last ?? -1) + 1;
}

/** Returns what the user is told of it, before it is done. */
export function importedRun({ from, to }: Files, compared: ComparedRun): ImportedRun {
  const { theirs, ours, name, change } = compared;
  const stays = change !== "added" && change !== "replaced";
  const shown = stays && ours !== undefined ? ours : theirs;
  const { hash, name: source } = theirs;
  return {
    ...{ run: name, source, hash, change, state: shown.state },
    steps: recordedSteps(shown === ours ? to : from, shown),
    revision_here: ours === undefined ? null : trainedBy(to, ours.id),
    revision_there: trainedBy(from, theirs.id),
  };
}

function trainedBy(sql: Statements, id: number): string | null {
  return sql.value<string | null>(`select ${TRAINED_BY} from run r where r.id = ?`, id) ?? null;
}

/** Stores a run as it was decided, with what was said of it and in its grids. */
export function mergeRun(
  files: Files,
  schema: Schema,
  gridIds: ReadonlyMap<number, number>,
  compared: ComparedRun,
): void {
  const ids = { from: compared.theirs.id, to: storeRun(files, schema, compared) };
  mergeAnnotations(files, "run", ids);
  mergeFormerNames(files, ids);
  mergeRunColour(files, compared.theirs.hash);
  joinGrids(files, gridIds, ids);
  restoreRun(files.to, ids.to);
  renewNames(files.to, ids.to);
}

/** Returns the number of the run here. */
function storeRun(
  files: Files,
  { run, ofRun }: Schema,
  { theirs, ours, name, change }: ComparedRun,
): number {
  const { to } = files;
  if (ours !== undefined && change !== "replaced") return ours.id;
  const columns = columnsOf({ ...theirs, name }, run);
  const id = ours?.id ?? Number(to.insert("run", columns).lastInsertRowid);
  if (ours !== undefined) {
    clearAttempt(to, id);
    unsealRun(to, id);
    const recorded = run.filter((column) => !["name", "hash", "planned_at"].includes(column));
    to.update("run", id, columnsOf(theirs, recorded));
  }
  copyOwned(files, ofRun, { from: theirs.id, to: id });
  const isSealed = sealOf(to, id) !== undefined;
  if (!isSealed) sealWhole(to, id, { made: "import", now: Date.now() });
  return id;
}
