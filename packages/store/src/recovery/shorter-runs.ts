import type { Database } from "better-sqlite3";
import type { Continuation, ShorterRun } from "../contract/claim.ts";

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
export function shorterRunFinder(
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
