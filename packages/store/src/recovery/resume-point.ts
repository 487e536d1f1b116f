/** Where a run can go on: at a checkpoint of its own, or at the end of a shorter run of its family. */
import { digestDamage } from "../digest/verify.ts";
import type { Statements } from "../file/statements.ts";
import { validJson } from "../views/valid-json.ts";
import type {
  AskedStart,
  Continuation,
  OtherRevision,
  PassedOver,
  PlannedStart,
  ResumePoint,
  ResumeSearch,
  RevisionRule,
  ShorterRun,
} from "../writing/claim.ts";
import type { RunStart } from "../writing/record.ts";
import { checkpointDigest } from "./checkpoints.ts";

type Found = Omit<ResumePoint, "state" | "backend" | "backendVersion"> & {
  readonly state: Uint8Array | null;
  readonly sha256: string;
  readonly backend: unknown;
  readonly backendVersion: unknown;
  /** Id of the run that has it. */
  readonly steps: number;
  /** Stored steps before it. */
  readonly before: number;
};

/** SQL of the revision that made the last update before the checkpoint `c`; for one at step 0 the first one. */
const REVISION = `
  (select revision from revision where run_id = c.run_id and (step < c.step or step = 0)
   order by step desc limit 1)`;

const FOUND = `
  select c.run_id as runId, r.name as run, c.step as step, c.weights as weights, c.state as state,
    c.sha256 as sha256, coalesce(c.train_seconds, 0) as trainSeconds, r.steps as steps,
    coalesce(${REVISION}, 1) as revision,
    ${validJson("r.provenance")} ->> '$.backend' as backend,
    ${validJson("r.provenance")} ->> '$.backend_version' as backendVersion,
    (select count(*) from step where run_id = r.id and step < c.step) as before
  from checkpoint c join run r on r.id = c.run_id where c.id = ?`;

const LATEST = `
  select r.name as run, max(c.step) as step from run r join checkpoint c on c.run_id = r.id
  where r.id = ? group by r.id`;

/**
 * Finds the latest whole checkpoint that a run can go on from, and the damaged ones passed over on the way. A checkpoint of
 * its own that is of another revision is neither gone on from nor left behind.
 */
export function findResumePoint(
  sql: Statements,
  runId: number,
  { continuation, rule }: Search,
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
      else
        return {
          ...point,
          state,
          backend: textOf(point.backend),
          backendVersion: textOf(point.backendVersion),
        };
    }
    return null;
  };
  const own = firstWhole([runId]);
  if (own !== null && own.revision !== rule.revision) {
    const { run, step, revision } = own;
    if (rule.mixes) return { point: own, other: null, damaged };
    return { point: null, other: { run, step, revision }, damaged };
  }
  const others = longerThan(own, shorterRuns(sql, continuation), rule);
  return { point: firstWhole(others.map(({ id }) => id)) ?? own, other: null, damaged };
}

/** How a place to go on is looked for. */
type Search = Omit<AskedStart, "hash">;

/** Leaves those runs that are further than a run's own checkpoint; none of another revision where it has one. */
function longerThan(
  own: RunStart | null,
  shorter: readonly Shorter[],
  { revision, mixes }: RevisionRule,
): Shorter[] {
  const isOfAny = mixes && own === null;
  return shorter.filter(
    ({ step, revisions }) => step > (own?.step ?? 0) && (isOfAny || revisions === String(revision)),
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

const OWN = `
  select r.name as run, c.step as step, coalesce(${REVISION}, 1) as revision from run r
    join checkpoint c on c.run_id = r.id and c.state is not null and c.step <= r.steps
  where r.hash = ? order by c.step desc limit 1`;

/**
 * Tells where a run would go on, without looking whether the checkpoint is whole.
 *
 * @param hash - null: of a run that the store does not have, or only damaged
 */
export function findStart(
  sql: Statements,
  hash: string | null,
  { continuation, rule }: Search,
): PlannedStart {
  const own = sql.row<OtherRevision>(OWN, hash) ?? null;
  if (own !== null && own.revision !== rule.revision) {
    return rule.mixes ? { start: own, other: null } : { start: null, other: own };
  }
  const [longest] = longerThan(own, shorterRuns(sql, continuation), rule);
  const { run, step } = longest ?? own ?? { run: null, step: 0 };
  return { start: run === null ? null : { run, step }, other: null };
}

/**
 * Finished runs of the family with fewer steps, longest first. What a time budget or a rule has ended
 * would have gone on, or not: it is no beginning of a longer run. What is in the trash may be purged.
 */
const SHORTER = `
  select r.id as id, r.name as run, c.step as step, r.config as config,
    (select thresholds from diagnosis where run_id = r.id) as thresholds,
    (select group_concat(distinct revision) from revision where run_id = r.id) as revisions
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
