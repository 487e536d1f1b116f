/** Where a run can go on: at a checkpoint of its own, or at the end of a shorter run of its family. */
import { digestDamage } from "../digest/verify.ts";
import type { Statements } from "../file/statements.ts";
import { validJson } from "../views/valid-json.ts";
import type {
  Continuation,
  PassedOver,
  ResumePoint,
  ResumeSearch,
  ShorterRun,
} from "../writing/claim.ts";
import type { RunStart } from "../writing/record.ts";
import { checkpointDigest } from "./checkpoints.ts";

type Found = Omit<ResumePoint, "state" | "backend"> & {
  readonly state: Uint8Array | null;
  readonly sha256: string;
  readonly backend: unknown;
  /** Id of the run that has it. */
  readonly steps: number;
  /** Stored steps before it. */
  readonly before: number;
};

const FOUND = `
  select c.run_id as runId, r.name as run, c.step as step, c.weights as weights, c.state as state,
    c.sha256 as sha256, coalesce(c.train_seconds, 0) as trainSeconds, r.steps as steps,
    ${validJson("r.provenance")} ->> '$.backend' as backend,
    (select count(*) from step where run_id = r.id and step < c.step) as before
  from checkpoint c join run r on r.id = c.run_id where c.id = ?`;

const LATEST = `
  select r.name as run, max(c.step) as step from run r join checkpoint c on c.run_id = r.id
  where r.id = ? group by r.id`;

/** Finds the latest whole checkpoint that a run can go on from, and the damaged ones passed over on the way. */
export function findResumePoint(
  sql: Statements,
  runId: number,
  continuation: Continuation | null,
): ResumeSearch {
  const damaged: PassedOver[] = [];
  const firstWhole = (runIds: readonly number[]): ResumePoint | null => {
    const whole = runIds.filter((id) => {
      const damage = digestDamage(sql, id);
      const latest = damage === null ? undefined : sql.row<RunStart>(LATEST, id);
      if (damage !== null && latest !== undefined) damaged.push({ ...latest, ...damage });
      return damage === null;
    });
    const ids = whole.flatMap((id) =>
      sql.values<number>("select id from checkpoint where run_id = ? order by step desc", id),
    );
    for (const id of ids) {
      const found = sql.row<Found>(FOUND, id);
      if (found === undefined) continue;
      const { state, sha256, steps, before, ...point } = found;
      const { step, run } = point;
      const isIntact = checkpointDigest(point.weights, state) === sha256;
      if (state === null && isIntact) continue; // of an older store
      const isWhole = step >= 0 && step <= steps && before === step && isIntact;
      if (state === null || !isWhole) damaged.push({ run, step, reason: null });
      else return { ...point, state, backend: textOf(point.backend) };
    }
    return null;
  };
  const own = firstWhole([runId]);
  const others = shorterRuns(sql, continuation).filter(({ step }) => step > (own?.step ?? 0));
  return { point: firstWhole(others.map(({ id }) => id)) ?? own, damaged };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

const OWN = `
  select r.name as run, max(c.step) as step from run r
    join checkpoint c on c.run_id = r.id and c.state is not null and c.step <= r.steps
  where r.hash = ? group by r.id`;

/**
 * Tells where a run would go on, without looking whether the checkpoint is whole.
 *
 * @param hash - null: of a run that the store does not have, or only damaged
 */
export function findStart(
  sql: Statements,
  hash: string | null,
  continuation: Continuation | null,
): RunStart | null {
  const own = sql.row<RunStart>(OWN, hash) ?? null;
  const [longest] = shorterRuns(sql, continuation);
  if (longest === undefined || longest.step <= (own?.step ?? 0)) return own;
  return { run: longest.run, step: longest.step };
}

/**
 * Finished runs of the family with fewer steps, longest first. What a time budget or a rule has ended
 * would have gone on, or not: it is no beginning of a longer run. What is in the trash may be purged.
 */
const SHORTER = `
  select r.id as id, r.name as run, c.step as step, r.config as config,
    (select thresholds from diagnosis where run_id = r.id) as thresholds
  from kept_run r join checkpoint c on c.run_id = r.id and c.final = 1 and c.state is not null
  where r.family = @family and r.steps < @steps and r.state = 'finished'
    and r.reason in ('steps', 'patience', 'target') and c.step = r.last_step + 1
  order by c.step desc, r.id`;

const PROBED = "select step from probe where run_id = ? and step < ? order by step";
const VALIDATED = `
  select distinct step from eval where run_id = ? and step < ? and split = 'valid'
    and statistics in ('running', 'none') order by step`;

type Shorter = ShorterRun & { readonly id: number };

/** Finds the finished runs that a longer one can go on from, longest first. */
function shorterRuns(sql: Statements, continuation: Continuation | null): Shorter[] {
  if (continuation === null) return [];
  const { family, steps, accepts } = continuation;
  const found = sql.rows<Omit<Shorter, "probes" | "evaluations">>(SHORTER, { family, steps });
  return found
    .map((run) => ({
      ...run,
      probes: sql.values<number>(PROBED, run.id, run.step),
      evaluations: sql.values<number>(VALIDATED, run.id, run.step),
    }))
    .filter(accepts);
}
