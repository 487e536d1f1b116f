/** What the checks of a store have in common: what they get, what they say, and the runs they go through. */
import { firstOf } from "@ablate/text";
import type { Statements } from "../file/statements.ts";
import type { WeightsDamage } from "../recovery/checkpoints.ts";
import { NOT_PURGED } from "../trash/purge.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";

export type CheckContext = {
  readonly sql: Statements;
  readonly path: string;
  readonly now: number;
  /** What was wrong with the schema until it was opened for a repair. */
  readonly schemaRepair: string | null;
  /** Whether there is time left for what takes long. */
  readonly hasTime: () => boolean;
  /** Says what is wrong with a resolved config, which only the runner knows; null: nothing. */
  readonly configDamage: (config: string) => string | null;
  /** Says the same of weights of a run of this config. */
  readonly weightsDamage: WeightsDamage;
  /** Told how far a long check is, 0 to 1. */
  readonly onProgress: (check: string, share: number) => void;
};

/** What a check says: one sentence where all is well, else what is wrong. */
export type Found = string | Damage;

export type Damage = {
  readonly text: string;
  /** Left out where nothing can be repaired. */
  readonly repair?: () => Repair;
};

/** Whether all is well after a repair, and what was done or is left. */
export type Repair = { readonly ok: boolean; readonly detail: string };

/** Most names or sentences that one check lists. */
const MOST_LISTED = 3;

/** Lists the first names or sentences, and how many more there are. */
export function listed(names: readonly string[]): string {
  return firstOf(names, MOST_LISTED);
}

/** Repairs what is damaged; `repair` says whether no process was writing the run, else it is left alone. */
export function repairEach<D extends { readonly name: string }>(
  damaged: readonly D[],
  repair: (one: D) => boolean,
  detail: string,
): Repair {
  const busy = damaged.filter((one) => !repair(one)).map(({ name }) => name);
  if (busy.length === 0) return { ok: true, detail };
  return { ok: false, detail: `being trained, left alone: ${listed(busy)}` };
}

export type CheckedRun = Holder & {
  readonly id: number;
  readonly name: string;
  readonly state: RunState;
  readonly last_step: number | null;
  readonly claim: string | null;
  readonly parameters: number;
  /** The format of the log that it is recorded from; null: it is trained here. */
  readonly source: string | null;
};

const RUNS = `
  select id, name, state, last_step, source, claim, host, pid, process_start, heartbeat_at,
    (select count(*) from param where run_id = run.id) as parameters
  from run where ${NOT_PURGED} and id not in (select run_id from damaged_run)`;

/** Returns every run, those in the trash too, but for what `gc` has begun to purge and what was set aside. */
export function runsToCheck(sql: Statements): CheckedRun[] {
  return sql.rows(`${RUNS} order by id`);
}

/** Reads one of them again. */
export function runToCheck(sql: Statements, id: number): CheckedRun | undefined {
  return sql.row(`${RUNS} and id = ?`, id);
}

/** Says whether a process may be writing a run. */
export function isBeingWritten(run: CheckedRun, now: number): boolean {
  return (run.state === "running" || run.claim !== null) && isAlive(run, now);
}

/** Changes a run in one transaction, unless a process is writing it; returns whether it was free. */
export function changeRun(
  { sql, now }: CheckContext,
  id: number,
  change: (run: CheckedRun) => void,
): boolean {
  return sql.transaction(() => {
    const run = runToCheck(sql, id);
    if (run === undefined || isBeingWritten(run, now)) return false;
    change(run);
    return true;
  });
}
