/** Clears, cuts and copies what a run has in any table; a new table with a key of `run` is found by itself. */
import { sealWhole } from "../digest/seal.ts";
import { STEPS_PER_PART } from "../digest/sections.ts";
import { type OwnedTable, readSchema } from "../file/owned-tables.ts";
import type { Statements } from "../file/statements.ts";
import { cutMetrics } from "../writing/run-metrics.ts";

/** Exceptions to the rule that the rows of a table whose `step` is below k are the history of k updates. */
type History = {
  /** Rows that a run loses when it is trained from its first step on; all of them unless given. */
  readonly cleared?: string;
  /** Rows that a run loses when it goes on after its first `@step` updates. */
  readonly cut?: string;
  /** Rows that another run gets which goes on after these updates. */
  readonly copied?: string;
  /** SQL of columns that are another value in the copy. */
  readonly changed?: Readonly<Record<string, string>>;
};

const WHOLE_PART = `t.section = 'steps' and (t.part + 1) * ${STEPS_PER_PART} <= @step`;

const HISTORY: Readonly<Record<string, History>> = {
  rollup: {
    cut: "t.bucket >= cast(@step as integer) / t.level",
    copied: "t.bucket < cast(@step as integer) / t.level",
  },
  // The one that the run goes on from lies at the step itself, and is no longer the end of a run.
  checkpoint: {
    cut: "t.step > @step",
    copied: "(t.step = @step or (t.step < @step and t.best_loss is not null))",
    changed: { final: "0" },
  },
  // A row of numbers may begin before the step and end after it: cutMetrics sees to it.
  metric_point: { cut: "false" },
  metric_rollup: { cut: "false", copied: "false" },
  // Drawn at the end of a run, which is not that of the other.
  sample: { copied: "false" },
  // What happened to a run happened to no other.
  event: { copied: "false" },
  console_line: { copied: "false" },
  // Nobody trains another config; whole parts of the steps stay what they are.
  digest: {
    cleared: "t.section <> 'config'",
    cut: `t.section <> 'config' and not (${WHOLE_PART})`,
    copied: WHOLE_PART,
  },
  // A run that is being trained is sealed when it ends.
  seal: { cut: "true", copied: "false" },
  // It says of a run what it is, whatever is trained.
  damaged_run: { cleared: "false", cut: "false", copied: "false" },
};

/** Removes what an attempt at a run has left, and takes the run out of the trash: somebody trains it. */
export function clearAttempt(sql: Statements, runId: number): void {
  for (const { name, owner } of tablesOf(sql).filter(isOfRun)) {
    const cleared = HISTORY[name]?.cleared ?? "true";
    sql.run(`delete from "${name}" as t where t."${owner}" = ? and ${cleared}`, runId);
  }
  sql.run("delete from trash_run where run_id = ?", runId);
}

/** Marks a run whose process has died. */
export function interruptRun(sql: Statements, runId: number, now: number): void {
  sql.run(
    "update run set state = 'interrupted', reason = 'process died', claim = null where id = ?",
    runId,
  );
  sql.insert("event", { run_id: runId, at_ms: now, kind: "interrupted", message: null });
  sealWhole(sql, runId, { made: "end", now });
}

/** Leaves a run the history of its first `step` updates; call it inside transactions. */
export function cutHistory(sql: Statements, runId: number, step: number): void {
  for (const { name, owner, columns } of tablesOf(sql).filter(isOfRun)) {
    const cut = HISTORY[name]?.cut ?? (columns.includes("step") ? "t.step >= @step" : null);
    if (cut === null) continue;
    sql.run(`delete from "${name}" as t where t."${owner}" = @runId and ${cut}`, { runId, step });
  }
  cutMetrics(sql, runId, step);
}

/** Makes the history of one run's first updates that of another; call it inside transactions. */
export function copyHistory(
  sql: Statements,
  history: { readonly from: number; readonly to: number; readonly step: number },
): void {
  const tables = tablesOf(sql);
  for (const table of tables) {
    const parent = tables.find(({ name }) => name === table.parent);
    sql.run(parent === undefined ? copyOf(table) : copyOfPart(table, parent), history);
  }
  cutMetrics(sql, history.to, history.step);
  sql.run(
    "update run set parameters = (select parameters from run where id = @from) where id = @to",
    history,
  );
}

const known = new WeakMap<Statements, readonly OwnedTable[]>();

/** Reads the tables of runs once for each connection, parents first. */
function tablesOf(sql: Statements): readonly OwnedTable[] {
  const tables = known.get(sql) ?? readSchema(sql, "kept with their runs").ofRun;
  known.set(sql, tables);
  return tables;
}

/** Whether a table refers directly to `run`; the rows of the others go with theirs, by cascade. */
function isOfRun({ parent }: OwnedTable): boolean {
  return parent === "run";
}

function untilStep({ columns }: OwnedTable): string {
  return columns.includes("step") ? "t.step < @step" : "true";
}

function copyOf(table: OwnedTable): string {
  const { name, owner, columns, id } = table;
  const { copied = untilStep(table), changed = {} } = HISTORY[name] ?? {};
  const values = columns.map((column) =>
    column === owner ? "@to" : (changed[column] ?? `t."${column}"`),
  );
  const order = id === null ? "" : `order by t."${id}"`;
  return `insert into "${name}" (${quoted(columns)}) select ${values.join(", ")} from "${name}" t
    where t."${owner}" = @from and ${copied} ${order}`;
}

/** Copies rows of rows of a run: these have other ids in the copy, but the same steps. */
function copyOfPart({ name, owner, columns }: OwnedTable, parent: OwnedTable): string {
  if (!isOfRun(parent) || !parent.columns.includes("step")) {
    throw new Error(`rows of ${name} cannot be copied: ${parent.name} has no step of a run`);
  }
  const values = columns.map((column) =>
    column === owner ? `copy."${parent.id}"` : `t."${column}"`,
  );
  return `insert into "${name}" (${quoted(columns)}) select ${values.join(", ")} from "${name}" t
    join "${parent.name}" p on p."${parent.id}" = t."${owner}"
    join "${parent.name}" copy on copy."${parent.owner}" = @to and copy.step = p.step
    where p."${parent.owner}" = @from and ${untilStep(parent).replace("t.", "p.")}`;
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(", ");
}
