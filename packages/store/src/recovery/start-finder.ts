import type { Database } from "better-sqlite3";
import type { Continuation, RunStart } from "../contract/claim.ts";
import { shorterRunFinder } from "./shorter-runs.ts";

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
