import { count, counted } from "@ablate/text";
import type { Database } from "better-sqlite3";
import { Statements } from "../file/statements.ts";
import { cutHistory } from "../recovery/run-tables.ts";
import { RunHistory } from "../writing/run-history.ts";
import {
  type CheckContext,
  type CheckedRun,
  changeRun,
  fine,
  listed,
  repaired,
  runReader,
  runsToCheck,
  type StoreCheck,
  wrong,
} from "./check.ts";

const CHECK = "steps";

type Counted = {
  readonly n: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly odd: number | null;
};

type Damaged = { readonly run: CheckedRun; readonly end: number; readonly text: string };

/** The history of every run: steps from 0 to the last one without a hole, each with all its ratios. */
export function checkSteps(context: CheckContext): StoreCheck {
  const { database, isRepairing, now, onProgress } = context;
  const damageOf = damageFinder(database);
  const runs = runsToCheck(database);
  const all = runs.reduce((sum, run) => sum + (run.last_step ?? -1) + 1, 0);
  let seen = 0;
  const damaged: Damaged[] = [];
  for (const run of runs) {
    const found = database.transaction(() => damageOf(run.id))();
    if (found !== null) damaged.push(found);
    seen += (run.last_step ?? -1) + 1;
    onProgress(CHECK, all === 0 ? 1 : seen / all);
  }
  if (damaged.length === 0) return fine(CHECK, `${counted(all, "step")} without a hole`);
  if (!isRepairing) return wrong(CHECK, listed(damaged.map(({ text }) => text)));
  const busy: string[] = [];
  const done: string[] = [];
  for (const { run, end, text } of damaged) {
    const isFree = changeRun(database, { id: run.id, now }, (fresh) =>
      cutRun(database, fresh, end),
    );
    (isFree ? done : busy).push(text);
  }
  if (busy.length > 0) return wrong(CHECK, `being trained, left alone: ${listed(busy)}`);
  return repaired(CHECK, `kept what is whole: ${listed(done)}`);
}

/** Makes the function that says where the whole part of a run's history ends, if that is not its end. */
function damageFinder(database: Database): (runId: number) => Damaged | null {
  const sizes = database.prepare<[{ id: number; bytes: number }], Counted>(
    `select count(*) as n, min(step) as low, max(step) as high,
       min(case when length(ratios) <> @bytes then step end) as odd
     from step where run_id = @id`,
  );
  const firstHole = database
    .prepare<[{ id: number }], number>(
      `select step + 1 from step s where run_id = @id and not exists
         (select 1 from step where run_id = @id and step = s.step + 1) order by step limit 1`,
    )
    .pluck();
  const read = runReader(database);
  return (runId) => {
    const run = read(runId);
    if (run === undefined) return null;
    const found = sizes.get({ id: runId, bytes: run.parameters * 4 });
    const { n = 0, low = null, high = null, odd = null } = found ?? {};
    const wanted = (run.last_step ?? -1) + 1;
    const isWhole = n === 0 || (low === 0 && high === n - 1);
    if (isWhole && odd === null && n === wanted) return null;
    const hole = n === 0 ? 0 : low === 0 ? (firstHole.get({ id: runId }) ?? n) : 0;
    const end = Math.min(hole, odd ?? hole);
    return {
      run,
      end,
      text: `${run.name} is whole up to ${counted(end, "step")} of ${count(wanted)}`,
    };
  };
}

/**
 * Leaves a run its first `end` steps; call it inside a transaction. Where that takes steps away, the run
 * becomes interrupted, so that the next start trains the rest again.
 */
function cutRun(database: Database, run: CheckedRun, end: number): void {
  const { id } = run;
  const sql = new Statements(database);
  const had = (run.last_step ?? -1) + 1;
  if (end < had) {
    cutHistory(sql, id, end);
    database
      .prepare(
        `update run set state = 'interrupted', reason = 'history damaged', claim = null, ended_at = null,
           train_seconds = train_seconds * @end / @had where id = @id`,
      )
      .run({ id, end, had });
  }
  database.prepare("delete from step where run_id = ? and step >= ?").run(id, end);
  const history = new RunHistory(sql, id, end);
  history.writeOpen();
  const isEmpty = end === 0;
  database
    .prepare("update run set last_step = ?, last_loss = ?, recent_loss = ? where id = ?")
    .run(
      isEmpty ? null : end - 1,
      isEmpty ? null : history.lastLoss(),
      isEmpty ? null : history.recentLoss(),
      id,
    );
}
