/** What the writer says to SQLite, prepared once. */
import type { Database, Statement } from "better-sqlite3";
import type { Holder } from "../claim.ts";
import type { RunState } from "../contract/plan.ts";
import { clearAttempt } from "../recovery/clear-attempt.ts";

export type Owner = Holder & {
  readonly name: string;
  readonly state: RunState;
  readonly claim: string | null;
  readonly last_step: number | null;
  readonly ended_at: number | null;
};

export type WriterStatements = {
  readonly owner: Statement<[number], Owner>;
  readonly running: Statement<[], Holder & { readonly id: number }>;
  /** Each removes one kind of what an attempt at a run has left. */
  readonly clearAttempt: readonly Statement<[number]>[];
  readonly claim: Statement;
  readonly insertParam: Statement;
  readonly insertEvent: Statement;
  readonly insertTick: Statement;
  readonly advance: Statement;
  readonly beat: Statement;
  readonly reserve: Statement;
  readonly release: Statement;
  readonly beatHeld: Statement;
  readonly insertEval: Statement;
  readonly insertSample: Statement;
  readonly resume: Statement;
  readonly trainSeconds: Statement<[number, number], number | null>;
  readonly clearFindings: Statement<[number]>;
  readonly insertFinding: Statement;
  readonly insertThresholds: Statement;
  readonly end: Statement;
  readonly interrupt: Statement;
};

const CLAIM = `
  update run set state = 'running', reason = null, error = null, started_at = @now,
    ended_at = null, heartbeat_at = @now, host = @host, pid = @pid, claim = @token,
    last_step = null, last_loss = null, recent_loss = null, train_seconds = null,
    parameters = @size, provenance = @provenance
  where id = @id`;

const RESUME = `
  update run set state = 'running', reason = null, error = null,
    started_at = coalesce(@startedAt, started_at, @now), ended_at = null, heartbeat_at = @now,
    host = @host, pid = @pid, claim = @token, last_step = @lastStep, last_loss = @lastLoss,
    recent_loss = @recentLoss, train_seconds = @trainSeconds, provenance = @provenance
  where id = @id`;

const END = `
  update run set state = @state, reason = @reason, error = @error, ended_at = @now,
    train_seconds = @trainSeconds, claim = null
  where id = @id`;

/** Prepares every statement of a writer. */
export function prepareWriter(database: Database): WriterStatements {
  const prepare = (sql: string): Statement => database.prepare(sql);
  return {
    owner: database.prepare<[number], Owner>(
      "select name, state, claim, host, pid, heartbeat_at, last_step, ended_at from run where id = ?",
    ),
    running: database.prepare<[], Holder & { readonly id: number }>(
      "select id, host, pid, heartbeat_at from run where state = 'running'",
    ),
    clearAttempt: clearAttempt(database),
    claim: prepare(CLAIM),
    insertParam: prepare("insert into param values (?, ?, ?, ?, ?)"),
    insertEvent: prepare("insert into event (run_id, at_ms, kind, message) values (?, ?, ?, ?)"),
    insertTick: prepare("insert into tick values (?, ?, ?)"),
    advance: prepare(
      `update run set last_step = ?, last_loss = ?, recent_loss = ?,
         train_seconds = coalesce(?, train_seconds) where id = ?`,
    ),
    beat: prepare("update run set heartbeat_at = ? where id = ?"),
    reserve: prepare(
      "update run set heartbeat_at = @now, host = @host, pid = @pid, claim = @token where id = @id",
    ),
    release: prepare(
      "update run set heartbeat_at = null, host = null, pid = null, claim = null where id = ? and claim = ?",
    ),
    beatHeld: prepare("update run set heartbeat_at = ? where id = ? and claim = ?"),
    insertEval: prepare("insert or replace into eval values (?, ?, ?, ?, ?)"),
    insertSample: prepare("insert into sample values (?, ?, ?, ?)"),
    resume: prepare(RESUME),
    trainSeconds: database
      .prepare<[number, number], number | null>(
        "select train_seconds from checkpoint where run_id = ? and step = ?",
      )
      .pluck(),
    clearFindings: database.prepare<[number]>("delete from finding where run_id = ?"),
    insertFinding: prepare("insert into finding values (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    insertThresholds: prepare("insert or ignore into diagnosis values (?, ?)"),
    end: prepare(END),
    interrupt: prepare(
      "update run set state = 'interrupted', reason = 'process died', claim = null where id = ?",
    ),
  };
}
