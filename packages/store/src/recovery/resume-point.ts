import type { Database } from "better-sqlite3";
import type {
  Continuation,
  DamagedCheckpoint,
  ResumePoint,
  ResumeSearch,
  RunStart,
  ShorterRun,
} from "../writing/claim.ts";
import { checkpointDigest } from "./checkpoints.ts";

type Found = Omit<ResumePoint, "state" | "backend"> & {
  readonly state: Uint8Array | null;
  readonly sha256: string;
  readonly backend: unknown;
  /** Of the run that has it. */
  readonly steps: number;
  /** Stored steps before it. */
  readonly before: number;
};

const FOUND = `
  select c.run_id as runId, r.name as run, c.step as step, c.weights as weights, c.state as state,
    c.sha256 as sha256, coalesce(c.train_seconds, 0) as trainSeconds, r.steps as steps,
    r.provenance ->> '$.backend' as backend,
    (select count(*) from step where run_id = r.id and step < c.step) as before
  from checkpoint c join run r on r.id = c.run_id`;

/** The latest whole checkpoint that a run can go on from, and the damaged ones passed over on the way. */
export function findResumePoint(
  database: Database,
  runId: number,
  continuation: Continuation | null,
): ResumeSearch {
  const damaged: DamagedCheckpoint[] = [];
  const firstWhole = (runIds: readonly number[]): ResumePoint | null => {
    for (const id of runIds) {
      for (const found of checkpointsOf(database, id)) {
        const { state, run, step } = found;
        if (isOfOlderStore(found)) continue;
        if (state !== null && isWhole(found)) return pointOf(found, state);
        damaged.push({ run, step });
      }
    }
    return null;
  };
  const own = firstWhole([runId]);
  const others =
    continuation === null
      ? []
      : shorterRunFinder(database)(continuation).filter(({ step }) => step > (own?.step ?? 0));
  const point = firstWhole(others.map(({ id }) => id)) ?? own;
  return { point, damaged };
}

function* checkpointsOf(database: Database, runId: number): Generator<Found> {
  const steps = database
    .prepare<[number], number>("select step from checkpoint where run_id = ? order by step desc")
    .pluck()
    .all(runId);
  const find = database.prepare<[number, number], Found>(
    `${FOUND} where c.run_id = ? and c.step = ?`,
  );
  for (const step of steps) {
    const found = find.get(runId, step);
    if (found !== undefined) yield found;
  }
}

function isOfOlderStore({ weights, state, sha256 }: Found): boolean {
  return state === null && checkpointDigest(weights, null) === sha256;
}

function isWhole({ weights, state, sha256, step, steps, before }: Found): boolean {
  return (
    step >= 0 && step <= steps && before === step && checkpointDigest(weights, state) === sha256
  );
}

function pointOf(
  { runId, run, step, weights, trainSeconds, backend }: Found,
  state: Uint8Array,
): ResumePoint {
  const known = typeof backend === "string" ? backend : null;
  return { runId, run, step, weights, state, trainSeconds, backend: known };
}

const OWN = `
  select r.name as run, max(c.step) as step from run r
    join checkpoint c on c.run_id = r.id and c.state is not null and c.step <= r.steps
  where r.hash = ? group by r.id`;

/** Tells where a run would go on, without looking whether the checkpoint is whole. */
export function startFinder(
  database: Database,
): (hash: string, continuation: Continuation | null) => RunStart | null {
  const own = database.prepare<[string], RunStart>(OWN);
  const findShorter = shorterRunFinder(database);
  return (hash, continuation) => {
    const start = own.get(hash) ?? null;
    const [longest] = continuation === null ? [] : findShorter(continuation);
    if (longest === undefined || longest.step <= (start?.step ?? 0)) return start;
    return { run: longest.run, step: longest.step };
  };
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

type Row = Omit<ShorterRun, "probes" | "evaluations"> & { readonly id: number };

/** Finds the finished runs that a longer one can go on from, longest first. */
function shorterRunFinder(
  database: Database,
): (continuation: Continuation) => (ShorterRun & { readonly id: number })[] {
  const shorter = database.prepare<[Pick<Continuation, "family" | "steps">], Row>(SHORTER);
  const probed = database.prepare<[number, number], number>(PROBED).pluck();
  const validated = database.prepare<[number, number], number>(VALIDATED).pluck();
  return ({ family, steps, accepts }) =>
    shorter
      .all({ family, steps })
      .map((run) => ({
        ...run,
        probes: probed.all(run.id, run.step),
        evaluations: validated.all(run.id, run.step),
      }))
      .filter(accepts);
}
