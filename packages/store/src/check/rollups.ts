import { count, counted } from "@ablate/text";
import type { Database } from "better-sqlite3";
import { Statements } from "../file/statements.ts";
import { readSteps } from "../reading/read-steps.ts";
import { LEVELS, Rollup, type RollupRow } from "../writing/rollup.ts";
import {
  type CheckContext,
  type CheckedRun,
  changeRun,
  fine,
  isBeingWritten,
  listed,
  repaired,
  runsToCheck,
  type StoreCheck,
  wrong,
} from "./check.ts";

const CHECK = "rollup";

/** A multiple of most levels: only the widest buckets are open between two blocks. */
const BLOCK = 4096;

/**
 * The rollup of every run, held against its steps: the latest runs first, bit by bit while there is time,
 * after that by the number of rows.
 */
export function checkRollups(context: CheckContext): StoreCheck {
  const { database, isRepairing, now, hasTime, onProgress } = context;
  const runs = runsToCheck(database).filter(
    (run) => run.last_step !== null && !isBeingWritten(run, now),
  );
  const all = runs.reduce((sum, run) => sum + stepsOf(run), 0);
  const compare = comparer(database, hasTime);
  let compared = 0;
  const differing: CheckedRun[] = [];
  for (const run of runs.toReversed()) {
    const verdict = database.transaction(() => compare(run))();
    if (!verdict.isSame) differing.push(run);
    compared += verdict.compared;
    onProgress(CHECK, compared / all);
  }
  const extent =
    compared === all ? counted(all, "step") : `${counted(compared, "step")} of ${count(all)}`;
  if (differing.length === 0) return fine(CHECK, `as its steps say (${extent} compared)`);
  const names = listed(differing.map(({ name }) => name));
  if (!isRepairing) return wrong(CHECK, `not what the steps say: ${names}`);
  const busy = differing.filter((run) => !rebuild(database, run, context));
  if (busy.length > 0)
    return wrong(CHECK, `being trained, left alone: ${listed(busy.map(({ name }) => name))}`);
  return repaired(CHECK, `built anew from the steps: ${names}`);
}

function stepsOf({ last_step: last }: CheckedRun): number {
  return (last ?? -1) + 1;
}

type Compared = { readonly isSame: boolean; readonly compared: number };

function comparer(database: Database, hasTime: () => boolean): (run: CheckedRun) => Compared {
  const sql = new Statements(database);
  const count = database
    .prepare<[number, number], [rows: number, steps: number | null]>(
      "select count(*), sum(n) from rollup where run_id = ? and level = ?",
    )
    .raw();
  const stored = database.prepare<
    [number, number, number],
    { readonly n: number; readonly data: Buffer }
  >("select n, data from rollup where run_id = ? and level = ? and bucket = ?");
  return ({ id, parameters, ...run }) => {
    const steps = (run.last_step ?? -1) + 1;
    const isCounted = LEVELS.every((level) => {
      const [rows = 0, n = 0] = count.get(id, level) ?? [];
      return rows === Math.ceil(steps / level) && n === steps;
    });
    if (!isCounted) return { isSame: false, compared: steps };
    const rollup = new Rollup(parameters);
    let isSame = true;
    const hold = ({ level, bucket, n, data }: RollupRow, isLast: boolean): void => {
      if (n < level && !isLast) return;
      const row = stored.get(id, level, bucket);
      if (row?.n !== n || !row.data.equals(data)) isSame = false;
    };
    let first = 0;
    for (; first < steps && isSame && hasTime(); first += BLOCK) {
      const block = readSteps(sql, id, {
        first,
        count: Math.min(BLOCK, steps - first),
        parameters,
      });
      if (block.count === 0) return { isSame: false, compared: steps };
      const isLast = first + BLOCK >= steps;
      rollup.append(block, (row) => hold(row, isLast));
    }
    return { isSame, compared: isSame ? Math.min(first, steps) : steps };
  };
}

/** Steps that one transaction summarises. */
const REBUILT_AT_ONCE = 16 * BLOCK;

/** Builds the rollup of a run from its steps; whether no process was writing it. */
function rebuild(database: Database, run: CheckedRun, { now, onProgress }: CheckContext): boolean {
  const { id, parameters } = run;
  const steps = stepsOf(run);
  const sql = new Statements(database);
  const insert = database.prepare("insert or replace into rollup values (?, ?, ?, ?, ?)");
  const clear = database.prepare("delete from rollup where run_id = ?");
  const rollup = new Rollup(parameters);
  for (let from = 0; from < steps; from += REBUILT_AT_ONCE) {
    const isFree = changeRun(database, { id, now }, () => {
      if (from === 0) clear.run(id);
      for (let first = from; first < Math.min(steps, from + REBUILT_AT_ONCE); first += BLOCK) {
        const block = readSteps(sql, id, {
          first,
          count: Math.min(BLOCK, steps - first),
          parameters,
        });
        rollup.append(block, ({ level, bucket, n, data }) =>
          insert.run(id, level, bucket, n, data),
        );
      }
    });
    if (!isFree) return false;
    onProgress("rebuilding rollups", from / steps);
  }
  return true;
}
