import { counted } from "@ablate/text";
import { checkpointDigest } from "../recovery/checkpoints.ts";
import {
  type CheckContext,
  changeRun,
  fine,
  listed,
  repaired,
  type StoreCheck,
  wrong,
} from "./check.ts";

const CHECK = "checkpoints";

type Place = {
  readonly id: number;
  readonly runId: number;
  readonly run: string;
  readonly step: number;
  readonly isFinal: 0 | 1;
};
type Stored = {
  readonly weights: Buffer;
  readonly state: Buffer | null;
  readonly sha256: string;
};

/** Every checkpoint against its sha256. */
export function checkCheckpoints(context: CheckContext): StoreCheck {
  const { database, isRepairing, now, hasTime, onProgress } = context;
  const places = database
    .prepare<[], Place>(
      `select c.id as id, r.id as runId, r.name as run, c.step as step, c.final as isFinal
       from checkpoint c join run r on r.id = c.run_id order by c.id desc`,
    )
    .all();
  const read = database.prepare<[number], Stored>(
    "select weights, state, sha256 from checkpoint where id = ?",
  );
  const damaged: Place[] = [];
  let seen = 0;
  for (const place of places) {
    if (!hasTime()) break;
    const stored = read.get(place.id);
    if (stored !== undefined && !isWhole(stored)) damaged.push(place);
    seen += 1;
    onProgress(CHECK, seen / places.length);
  }
  const extent =
    seen === places.length ? counted(seen, "checkpoint") : `${seen} of ${places.length}`;
  if (damaged.length === 0) return fine(CHECK, `${extent}, each as it was written`);
  const names = listed(damaged.map(({ run, step }) => `${run} at ${step}`));
  if (!isRepairing) return wrong(CHECK, `damaged: ${names}`);
  const erase = database.prepare("delete from checkpoint where id = ?");
  const busy = damaged.filter(
    ({ id, runId }) => !changeRun(database, { id: runId, now }, () => erase.run(id)),
  );
  if (busy.length > 0) {
    return wrong(CHECK, `being trained, left alone: ${listed(busy.map(({ run }) => run))}`);
  }
  const remedy = damaged.some(({ isFinal }) => isFinal === 1)
    ? "`ablate run --restart` makes it anew"
    : "`ablate run` does without";
  return repaired(CHECK, `dropped what was damaged: ${names}; ${remedy}`);
}

function isWhole({ weights, state, sha256 }: Stored): boolean {
  return checkpointDigest(weights, state) === sha256;
}
