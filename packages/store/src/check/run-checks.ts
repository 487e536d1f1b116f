/** Checks of runs: their processes, their steps, their checkpoints. */
import { counted } from "@ablate/text";
import { renewSections, sealWhole } from "../digest/seal.ts";
import type { Statements } from "../file/statements.ts";
import { checkpointDamage } from "../recovery/checkpoints.ts";
import { cutHistory, interruptRun } from "../recovery/run-tables.ts";
import { stepsOf } from "../writing/plan.ts";
import { RunHistory } from "../writing/run-history.ts";
import {
  type CheckContext,
  type CheckedRun,
  changeRun,
  type Found,
  isBeingWritten,
  listed,
  repairEach,
  runsToCheck,
  runToCheck,
} from "./check.ts";
import { type StepDamage, stepDamage } from "./run-damage.ts";

/** Finds runs that say running while nobody trains them. */
export function checkLostRuns(context: CheckContext): Found {
  const { sql, now } = context;
  const running = runsToCheck(sql).filter(({ state }) => state === "running");
  const lost = running.filter((run) => !isBeingWritten(run, now));
  const live = running.length - lost.length;
  const others = live === 0 ? "" : `; ${counted(live, "run")} in training`;
  if (lost.length === 0) return `no run has lost its process${others}`;
  const names = listed(lost.map(({ name }) => name));
  const repair = () => {
    for (const { id } of lost) changeRun(context, id, () => interruptRun(sql, id, now));
    return { ok: true, detail: `marked as interrupted: ${names}${others}` };
  };
  const ours = lost.some(({ source }) => source === null) ? "`ablate run` trains them again" : null;
  const theirs = lost.some(({ source }) => source !== null)
    ? "`ablate record` continues with their logs"
    : null;
  const remedies = [ours, theirs].filter((one) => one !== null).join(", ");
  const text = `their process has died: ${names}; ${remedies}${others}`;
  return { text, repair };
}

type DamagedRun = StepDamage & {
  readonly id: number;
  /** What the user is told of it. */
  readonly name: string;
};

/** Finds histories that have not every step from 0 to the last one, each with all its ratios. */
export function checkSteps(context: CheckContext): Found {
  const { sql, onProgress } = context;
  const runs = runsToCheck(sql);
  const all = runs.reduce((sum, run) => sum + stepsOf(run), 0);
  let seen = 0;
  const damaged: DamagedRun[] = [];
  for (const run of runs) {
    damaged.push(...sql.database.transaction(() => damageNow(sql, run.id))());
    seen += stepsOf(run);
    onProgress("steps", all === 0 ? 1 : seen / all);
  }
  if (damaged.length === 0) return `${counted(all, "step")} without a hole`;
  const text = listed(damaged.map(({ name }) => name));
  const cut = ({ id, end }: DamagedRun) =>
    changeRun(context, id, (run) => cutRun(context, run, end));
  return { text, repair: () => repairEach(damaged, cut, `kept the intact part: ${text}`) };
}

function damageNow(sql: Statements, id: number): DamagedRun[] {
  const run = runToCheck(sql, id);
  const damage = run === undefined ? null : stepDamage(sql, run);
  if (run === undefined || damage === null) return [];
  const name = `${run.name} is ${damage.reason.replace("its history is ", "")}`;
  return [{ id, name, ...damage }];
}

/**
 * Leaves a run its first `end` steps; call it inside a transaction. Where that takes steps away, the run
 * becomes interrupted, so that the next start trains the rest again.
 */
function cutRun({ sql, now }: CheckContext, run: CheckedRun, end: number): void {
  const { id } = run;
  const had = stepsOf(run);
  const isCut = end < had;
  if (isCut) {
    cutHistory(sql, id, end);
    sql.run(
      `update run set state = 'interrupted', reason = 'history damaged', claim = null, ended_at = null,
         train_seconds = train_seconds * @end / @had where id = @id`,
      { id, end, had },
    );
  }
  sql.run("delete from step where run_id = ? and step >= ?", id, end);
  const history = new RunHistory(sql, id, end);
  history.writeOpen();
  const last = end === 0 ? [null, null, null] : [end - 1, history.lastLoss(), history.recentLoss()];
  sql.run("update run set last_step = ?, last_loss = ?, recent_loss = ? where id = ?", ...last, id);
  if (isCut) sealWhole(sql, id, { made: "repair", now });
}

type Place = {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly step: number;
  readonly isFinal: 0 | 1;
};

const PLACES = `
  select c.id as id, r.id as runId, r.name as name, c.step as step, c.final as isFinal
  from checkpoint c join run r on r.id = c.run_id order by c.id desc`;

/** Compares every checkpoint with its sha256, and its weights with the model of the run. */
export function checkCheckpoints(context: CheckContext): Found {
  const { sql, hasTime, onProgress, weightsDamage } = context;
  const places = sql.rows<Place>(PLACES);
  const damaged: Place[] = [];
  let seen = 0;
  for (const place of places) {
    if (!hasTime()) break;
    if (checkpointDamage(sql, place.id, weightsDamage) !== null) damaged.push(place);
    seen += 1;
    onProgress("checkpoints", seen / places.length);
  }
  if (damaged.length === 0) {
    const isAll = seen === places.length;
    const extent = isAll ? counted(seen, "checkpoint") : `${seen} of ${places.length}`;
    return `${extent}, each as it was written`;
  }
  const names = listed(damaged.map(({ name, step }) => `${name} at ${step}`));
  const remedy = damaged.some(({ isFinal }) => isFinal === 1)
    ? "`ablate run --restart` trains it again"
    : "`ablate run` works without it";
  const erase = ({ id, runId }: Place) =>
    changeRun(context, runId, () => {
      sql.run("delete from checkpoint where id = ?", id);
      renewSections(sql, runId, ["checkpoints", "best"]);
    });
  const repaired = `dropped the damaged part: ${names}; ${remedy}`;
  return { text: `damaged: ${names}`, repair: () => repairEach(damaged, erase, repaired) };
}
