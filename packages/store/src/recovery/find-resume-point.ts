import type { Database } from "better-sqlite3";
import type {
  Continuation,
  DamagedCheckpoint,
  ResumePoint,
  ResumeSearch,
} from "../contract/claim.ts";
import { checkpointDigest } from "./digest.ts";
import { shorterRunFinder } from "./shorter-runs.ts";

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
