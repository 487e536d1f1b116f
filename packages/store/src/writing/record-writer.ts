import type { Finding, MetricFacts, Probe } from "@ablate/core";
import { sealRun } from "../digest/seal.ts";
import { findProbe, insertProbe } from "../probe/insert-probe.ts";
import {
  addBestCheckpoint,
  addCheckpoint,
  addFinalCheckpoint,
  clearCheckpoints,
} from "../recovery/checkpoints.ts";
import { cutHistory } from "../recovery/run-tables.ts";
import { addConsoleLines } from "./console.ts";
import { HeldWriter, type NewEvent } from "./held-writer.ts";
import { OPEN_END } from "./plan.ts";
import type {
  BestCheckpoint,
  Checkpoint,
  EvaluationsAt,
  LogPosition,
  Mark,
  MetricNumbers,
  MetricPoint,
  PrintedLines,
  RunDescription,
  RunEnd,
  Snapshot,
  TimedSteps,
} from "./record.ts";

const ADVANCE = `
  update run set last_step = ?, last_loss = ?, recent_loss = ?,
    train_seconds = coalesce(?, train_seconds) where id = ?`;

/** Records what the holder of a run's claim has of it; each method is one transaction. */
export class RecordWriter extends HeldWriter {
  /** Appends the steps that follow the last stored one. */
  appendSteps(runId: number, token: string, block: TimedSteps): void {
    if (block.count === 0) return;
    this.writing(runId, token, (now, next) => this.#append(runId, block, { now, next }));
  }

  /** Stores a checkpoint with the steps before it; of earlier ones only the last is kept. */
  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: TimedSteps): void {
    this.writing(runId, token, (now, next) => {
      const end = next + block.count;
      if (checkpoint.step !== end) {
        throw new RangeError(`a checkpoint at step ${checkpoint.step} of a run at ${end}`);
      }
      if (block.count > 0) this.#append(runId, block, { now, next });
      addCheckpoint(this.sql, runId, checkpoint);
    });
  }

  /** Stores weights with a lower validation loss than any before; of others with this mark only those that may yet be needed are kept. */
  appendBest(runId: number, token: string, best: BestCheckpoint): void {
    this.writing(runId, token, () => addBestCheckpoint(this.sql, runId, best));
  }

  /** Says what is known of metrics that a run records. */
  declareMetrics(runId: number, token: string, metrics: readonly MetricFacts[]): void {
    if (metrics.length === 0) return;
    this.writing(runId, token, () => {
      for (const metric of metrics) this.metricsOf(runId).declare(metric);
    });
  }

  /** Stores numbers by any names, of any steps: in place of what these have already, where they have it. */
  appendMetrics(runId: number, token: string, points: readonly MetricPoint[]): void {
    if (points.length === 0) return;
    this.writing(runId, token, () => this.metricsOf(runId).append(points));
  }

  /** Stores numbers of many steps by metric, each in place of what its step has already. */
  appendSeries(runId: number, token: string, series: readonly MetricNumbers[]): void {
    if (series.length === 0) return;
    this.writing(runId, token, () => {
      for (const one of series) this.metricsOf(runId).appendSeries(one);
    });
  }

  /** Removes what is recorded of a step and of those after it, of all metrics and probes too: they are recorded anew. */
  rewind(runId: number, token: string, step: number): void {
    this.writing(runId, token, (_, next) => {
      cutHistory(this.sql, runId, step);
      this.forgetHistory(runId);
      if (step >= next) return;
      const history = this.openHistory(runId, step);
      history.writeOpen();
      const losses = [history.lastLoss(), history.recentLoss()];
      this.sql.run(ADVANCE, step === 0 ? null : step - 1, ...losses, null, runId);
    });
  }

  /** Says what its log says of a run. */
  describeRun(runId: number, token: string, { config, steps, provenance }: RunDescription): void {
    this.writing(runId, token, () => {
      if (config !== undefined) this.sql.update("run", runId, { config });
      if (steps !== undefined) this.sql.update("run", runId, { steps: steps ?? OPEN_END });
      // It was made when the run was planned; the end of the run makes it anew.
      this.sql.run("delete from digest where run_id = ? and section = 'config'", runId);
      if (provenance === undefined) return;
      const merge = "update run set provenance = json_patch(provenance, ?) where id = ?";
      this.sql.run(merge, JSON.stringify(provenance), runId);
    });
  }

  /** Notes a message as stored; call it in the transaction that stores what the message says. */
  receive(runId: number, { attempt, seq }: Mark): void {
    this.transactions.run(() => {
      this.sql.run("insert or replace into inbox values (?, ?, ?)", runId, attempt, seq);
    });
  }

  /** Returns the message of a run that was stored last; null: none that may come twice. */
  received(runId: number): Mark | null {
    return this.sql.row<Mark>("select attempt, seq from inbox where run_id = ?", runId) ?? null;
  }

  /** Returns the names of what a run records or has declared. */
  metricNames(runId: number): string[] {
    return this.sql.values("select name from metric where run_id = ? order by idx", runId);
  }

  /** Says how far a file of a run's log is read. */
  setLogPosition(runId: number, token: string, log: LogPosition): void {
    const { path, format, position, state } = log;
    this.writing(runId, token, () => {
      const upsert = "insert or replace into log_file values (?, ?, ?, ?, ?)";
      this.sql.run(upsert, runId, path, format, position, state);
    });
  }

  /** Returns how far the files of a run's log are read. */
  logPositions(runId: number): LogPosition[] {
    const select =
      "select path, format, position, state from log_file where run_id = ? order by path";
    return this.sql.rows(select, runId);
  }

  appendEvaluations(runId: number, token: string, evaluations: EvaluationsAt): void {
    this.writing(runId, token, () => this.#evaluate(runId, evaluations));
  }

  /** Notes something that happened to a run. */
  appendEvent(runId: number, token: string, event: NewEvent): void {
    this.writing(runId, token, (now) => this.tell(runId, now, event));
  }

  /** Stores lines that a run has printed; of all of them the last thousand are kept. */
  appendConsole(runId: number, token: string, printed: PrintedLines): void {
    this.writing(runId, token, () => addConsoleLines(this.sql, runId, printed));
  }

  /** Stores what was seen inside the network at a step, at most one probe a step. */
  appendProbe(runId: number, token: string, probe: Probe): void {
    this.writing(runId, token, () => insertProbe(this.sql, runId, probe));
  }

  /**
   * Stores what a log has seen inside the network at a step, with what it has of this step already. Where training
   * began again there, the probes of this step and of later ones go before.
   */
  addToProbe(runId: number, token: string, probe: Probe, isAnew = false): void {
    this.writing(runId, token, () => {
      const cut = "delete from probe where run_id = ? and step >= ?";
      if (isAnew) this.sql.run(cut, runId, probe.step);
      insertProbe(this.sql, runId, probe, findProbe(this.sql, runId, probe.step));
    });
  }

  /** Says by which thresholds, as JSON, a run is judged; those of an attempt stay what they are. */
  setThresholds(runId: number, token: string, thresholds: string): void {
    const insert = "insert or ignore into diagnosis values (?, ?)";
    this.writing(runId, token, () => this.sql.run(insert, runId, thresholds));
  }

  /** Says in a run's provenance by how many threads it is computed. */
  setThreads(runId: number, token: string, threads: number): void {
    const update = "update run set provenance = json_set(provenance, '$.threads', ?) where id = ?";
    this.writing(runId, token, () => this.sql.run(update, threads, runId));
  }

  /** Stores what the rules say of a run so far, in place of what they said before. */
  setFindings(runId: number, token: string, findings: readonly Finding[]): void {
    this.writing(runId, token, () => {
      this.sql.run("delete from finding where run_id = ?", runId);
      for (const [idx, finding] of findings.entries()) {
        const { level, rule, layer, param, step, value, message, until } = finding;
        const columns = { level, rule, layer, param, step, value, message, until };
        this.sql.insert("finding", { run_id: runId, idx, ...columns });
      }
    });
  }

  /** Ends a run with what it leaves, in one transaction, and releases its claim; durably, unless it is a part of one. */
  endRun(runId: number, token: string, end: RunEnd): void {
    // SQLite does not change it within a transaction.
    const isOwn = !this.sql.database.inTransaction;
    if (isOwn) this.sql.database.pragma("synchronous = FULL");
    try {
      this.#end(runId, token, end);
    } finally {
      if (isOwn) this.sql.database.pragma("synchronous = NORMAL");
    }
  }

  #append(
    runId: number,
    block: TimedSteps,
    { now, next }: { readonly now: number; readonly next: number },
  ): void {
    const open = this.historyOf(runId);
    const history = open?.next === next ? open : this.openHistory(runId, next);
    history.append(block);
    const metrics = this.metricsOf(runId);
    metrics.appendBlock(block, block.metricNames ?? []);
    metrics.append(block.points ?? []);
    const step = history.next - 1;
    this.sql.run("insert into tick values (?, ?, ?)", runId, step, block.atMs ?? now);
    const losses = [history.lastLoss(), history.recentLoss()];
    this.sql.run(ADVANCE, step, ...losses, block.trainSeconds ?? null, runId);
  }

  #evaluate(runId: number, { step, evaluations }: EvaluationsAt): void {
    const insert = "insert or replace into eval values (?, ?, ?, ?, ?)";
    for (const { split, statistics, loss } of evaluations) {
      this.sql.run(insert, runId, split, statistics, step, loss);
    }
  }

  #end(runId: number, token: string, end: RunEnd): void {
    const { state, reason, error, detail, trainSeconds, snapshot } = end;
    this.writing(runId, token, (now) => {
      if (snapshot !== null) this.#keep(runId, snapshot, trainSeconds);
      if (state === "diverged") clearCheckpoints(this.sql, runId);
      // The clock may have been set back meanwhile.
      const endedAt = Math.max(end.endedAt ?? now, this.owner(runId).started_at ?? 0);
      this.tell(runId, endedAt, { kind: state, message: error ?? detail ?? reason });
      const seconds = trainSeconds === null ? {} : { train_seconds: trainSeconds };
      const ended = { state, reason, error, ended_at: endedAt, claim: null };
      this.sql.update("run", runId, { ...ended, ...seconds });
      this.historyOf(runId)?.endDigests();
      sealRun(this.sql, runId, { made: "end", now });
    });
    this.forgetHistory(runId);
  }

  #keep(runId: number, snapshot: Snapshot, trainSeconds: number | null): void {
    this.#evaluate(runId, snapshot);
    for (const [i, text] of snapshot.samples.entries()) {
      this.sql.run("insert into sample values (?, ?, ?, ?)", runId, snapshot.step, i, text);
    }
    addFinalCheckpoint(this.sql, runId, snapshot, trainSeconds ?? 0);
  }
}
