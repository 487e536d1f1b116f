import { count, counted } from "@ablate/text";
import { renewSections } from "../digest/seal.ts";
import { isAsSealed } from "../digest/verify.ts";
import { DamageError } from "../file/store-error.ts";
import { STEPS_AT_ONCE, stepBlocks } from "../reading/read-steps.ts";
import { stepsOf } from "../writing/plan.ts";
import { LEVELS, Rollup, type RollupRow } from "../writing/rollup.ts";
import { renewMetrics } from "../writing/run-metrics.ts";
import {
  type CheckContext,
  type CheckedRun,
  changeRun,
  type Found,
  isBeingWritten,
  listed,
  repairEach,
  runsToCheck,
} from "./check.ts";
import { areMetricsSummedUp } from "./metrics.ts";

/**
 * Compares the rollup of every run with its steps: the latest runs first, bit by bit while there is time,
 * after that by the number of rows.
 */
export function checkRollups(context: CheckContext): Found {
  const { sql, now, onProgress } = context;
  const runs = runsToCheck(sql).filter(
    (run) => run.last_step !== null && !isBeingWritten(run, now),
  );
  const all = runs.reduce((sum, run) => sum + stepsOf(run), 0);
  let compared = 0;
  const differing: CheckedRun[] = [];
  for (const run of runs.toReversed()) {
    const verdict = sql.database.transaction(() => compareWhole(context, run))();
    if (!verdict.isSame) differing.push(run);
    compared += verdict.compared;
    onProgress("rollup", compared / all);
  }
  if (differing.length === 0) {
    const extent =
      compared === all ? counted(all, "step") : `${counted(compared, "step")} of ${count(all)}`;
    return `consistent with the steps (${extent} compared)`;
  }
  const names = listed(differing.map(({ name }) => name));
  const repaired = `rebuilt from the steps: ${names}`;
  return {
    text: `not consistent with the steps: ${names}`,
    repair: () => repairEach(differing, (run) => rebuild(context, run), repaired),
  };
}

type Compared = { readonly isSame: boolean; readonly compared: number };

const COUNT = "select count(*) as rows, sum(n) as steps from rollup where run_id = ? and level = ?";
const STORED = "select n, data from rollup where run_id = ? and level = ? and bucket = ?";

type Budget = Pick<CheckContext, "sql" | "hasTime">;

/** Says whether the rollup of a run is what its steps say, as far as there is time. */
export function isRollupOfSteps(budget: Budget, run: CheckedRun): boolean {
  return compareWhole(budget, run).isSame;
}

/** Compares a run; one whose steps cannot be read differs. */
function compareWhole(budget: Budget, run: CheckedRun): Compared {
  try {
    const isAsWritten =
      isAsSealed(budget.sql, run.id, "rollup") && areMetricsSummedUp(budget.sql, run.id);
    return isAsWritten ? compare(budget, run) : { isSame: false, compared: stepsOf(run) };
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return { isSame: false, compared: stepsOf(run) };
  }
}

function compare({ sql, hasTime }: Budget, run: CheckedRun): Compared {
  const { id, parameters } = run;
  const steps = stepsOf(run);
  const isCounted = LEVELS.every((level) => {
    const found = sql.row<{ readonly rows: number; readonly steps: number }>(COUNT, id, level);
    return found?.rows === Math.ceil(steps / level) && found.steps === steps;
  });
  if (!isCounted) return { isSame: false, compared: steps };
  const rollup = new Rollup(parameters);
  let isSame = true;
  let compared = 0;
  const compareRow = ({ level, bucket, n, data }: RollupRow): void => {
    if (n < level && compared < steps) return;
    const row = sql.row<{ readonly n: number; readonly data: Buffer }>(STORED, id, level, bucket);
    if (row?.n !== n || !row.data.equals(data)) isSame = false;
  };
  for (const block of stepBlocks(sql, id, { first: 0, end: steps, parameters })) {
    if (!hasTime()) break;
    compared = Math.min(block.first + STEPS_AT_ONCE, steps);
    if (block.count === 0) isSame = false;
    rollup.append(block, compareRow);
    if (!isSame) return { isSame, compared: steps };
  }
  return { isSame, compared };
}

/** Steps that one transaction summarises. */
const REBUILT_AT_ONCE = 16 * STEPS_AT_ONCE;

/** Builds the rollup of a run from its steps; returns whether no process was writing it. */
function rebuild(context: CheckContext, run: CheckedRun): boolean {
  const { sql, onProgress } = context;
  const { id, parameters } = run;
  const steps = stepsOf(run);
  const rollup = new Rollup(parameters);
  const insert = ({ level, bucket, n, data }: RollupRow): unknown =>
    sql.run("insert or replace into rollup values (?, ?, ?, ?, ?)", id, level, bucket, n, data);
  for (let first = 0; first < steps; first += REBUILT_AT_ONCE) {
    const end = Math.min(steps, first + REBUILT_AT_ONCE);
    const isFree = changeRun(context, id, () => {
      if (first === 0) sql.run("delete from rollup where run_id = ?", id);
      for (const block of stepBlocks(sql, id, { first, end, parameters })) {
        rollup.append(block, insert);
      }
    });
    if (!isFree) return false;
    onProgress("rebuilding rollups", first / steps);
  }
  changeRun(context, id, () => {
    renewMetrics(sql, id);
    renewSections(sql, id, ["rollup", "metric_ends", "metric_rollup"]);
  });
  return true;
}
