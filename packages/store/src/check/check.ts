import { hostname } from "node:os";
import { firstOf } from "@ablate/text";
import type { Database } from "better-sqlite3";
import { NOT_PURGED } from "../trash/purge.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";

/** What was found out about one side of a store. */
export type StoreCheck = {
  readonly check: string;
  /** Nothing is wrong, or nothing any more. */
  readonly ok: boolean;
  /** Something was wrong and is mended. */
  readonly isRepaired: boolean;
  readonly detail: string;
};

export type CheckContext = {
  readonly database: Database;
  readonly path: string;
  readonly isRepairing: boolean;
  readonly now: number;
  /** Whether there is time left for what takes long. */
  readonly hasTime: () => boolean;
  /** Told how far a long check is, 0 to 1. */
  readonly onProgress: (check: string, share: number) => void;
};

export function fine(check: string, detail: string): StoreCheck {
  return { check, ok: true, isRepaired: false, detail };
}

export function wrong(check: string, detail: string): StoreCheck {
  return { check, ok: false, isRepaired: false, detail };
}

export function repaired(check: string, detail: string): StoreCheck {
  return { check, ok: true, isRepaired: true, detail };
}

/** Most names or sentences that one check lists. */
const MOST_LISTED = 3;

/** Lists the first names or sentences, and how many more there are. */
export function listed(names: readonly string[]): string {
  return firstOf(names, MOST_LISTED);
}

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
