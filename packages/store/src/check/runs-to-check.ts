import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { type Holder, isAlive } from "../claim.ts";
import type { RunState } from "../contract/plan.ts";
import { NOT_PURGED } from "../trash/purge.ts";

export type CheckedRun = Holder & {
  readonly id: number;
  readonly name: string;
  readonly state: RunState;
  readonly steps: number;
  readonly last_step: number | null;
  readonly claim: string | null;
  readonly parameters: number;
};

const RUNS = `
  select id, name, state, steps, last_step, claim, host, pid, heartbeat_at,
    (select count(*) from param where run_id = run.id) as parameters
  from run where ${NOT_PURGED}`;

/** Every run, those in the trash too, but for what `gc` has begun to purge. */
export function runsToCheck(database: Database): CheckedRun[] {
  return database.prepare<[], CheckedRun>(`${RUNS} order by id`).all();
}

/** Makes the function that reads one of them again. */
export function runReader(database: Database): (id: number) => CheckedRun | undefined {
  const find = database.prepare<[number], CheckedRun>(`${RUNS} and id = ?`);
  return (id) => find.get(id);
}

/** Whether a process may be writing a run. */
export function isBeingWritten(run: CheckedRun, now: number): boolean {
  return (run.state === "running" || run.claim !== null) && isAlive(run, hostname(), now);
}

/** Changes a run in one transaction, unless a process is writing it; whether it was free. */
export function changeRun(
  database: Database,
  { id, now }: { readonly id: number; readonly now: number },
  change: (run: CheckedRun) => void,
): boolean {
  const find = runReader(database);
  const isFree = database.transaction((): boolean => {
    const run = find(id);
    if (run === undefined || isBeingWritten(run, now)) return false;
    change(run);
    return true;
  });
  return isFree.immediate();
}
