/** What rules say of all runs, each by one statement: run by run takes many times as long. */
import type { Finding } from "@ablate/core";
import type { Statements } from "../file/statements.ts";

/** The order of a run's findings. */
export const SERIOUS_FIRST =
  "case level when 'error' then 0 when 'warning' then 1 else 2 end, f.step, idx";

const FINDINGS = `
  select r.name as run, level, rule, layer, param, f.step, value, message, until
  from kept_run r join finding f on f.run_id = r.id order by r.id, ${SERIOUS_FIRST}`;

const JUDGED = "select r.name from kept_run r join diagnosis d on d.run_id = r.id";

/** Returns the findings of every run that has any. */
export function allFindings(sql: Statements): ReadonlyMap<string, readonly Finding[]> {
  const all = new Map<string, Finding[]>();
  for (const { run, ...finding } of sql.rows<Finding & { readonly run: string }>(FINDINGS)) {
    const known = all.get(run);
    if (known === undefined) all.set(run, [finding]);
    else known.push(finding);
  }
  return all;
}

/** Returns the names of the runs that rules have judged. */
export function judgedRuns(sql: Statements): ReadonlySet<string> {
  return new Set(sql.values<string>(JUDGED));
}
