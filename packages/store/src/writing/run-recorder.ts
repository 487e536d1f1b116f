import type {
  Checkpoint,
  EvaluationsAt,
  Finding,
  RunEnd,
  RunEvent,
  Snapshot,
  StepBlock,
} from "../contract/record.ts";
import type { Probe } from "../probe/probe.ts";
import { ProbeInserter } from "../probe/probe-inserter.ts";
import { Checkpoints } from "../recovery/checkpoints.ts";
import { lostClaim, type WriterCore } from "./writer-core.ts";
import type { WriterStatements } from "./writer-statements.ts";

/** What the holder of a run's claim records of it. */
export class RunRecorder {
  readonly #core: WriterCore;
  readonly #sql: WriterStatements;
  readonly #probes: ProbeInserter;
  readonly #checkpoints: Checkpoints;

  constructor(core: WriterCore) {
    this.#core = core;
    this.#sql = core.sql;
    this.#probes = new ProbeInserter(core.database);
    this.#checkpoints = new Checkpoints(core.database);
  }

  appendSteps(runId: number, token: string, block: StepBlock): void {
    if (block.count === 0) return;
    this.#writing(runId, token, (now, next) => this.#append(runId, block, { now, next }));
  }

  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: StepBlock): void {
    this.#writing(runId, token, (now, next) => {
      const end = next + block.count;
      if (checkpoint.step !== end) {
        throw new RangeError(`a checkpoint at step ${checkpoint.step} of a run at ${end}`);
      }
      if (block.count > 0) this.#append(runId, block, { now, next });
      this.#checkpoints.add(runId, checkpoint);
    });
  }

  appendEvaluations(runId: number, token: string, { step, evaluations }: EvaluationsAt): void {
    this.#writing(runId, token, () => this.#evaluate(runId, { step, evaluations }));
  }

  appendEvent(runId: number, token: string, { kind, message }: Omit<RunEvent, "atMs">): void {
    this.#writing(runId, token, (now) => this.#sql.insertEvent.run(runId, now, kind, message));
  }

  appendProbe(runId: number, token: string, probe: Probe): void {
    this.#writing(runId, token, () => this.#probes.insert(runId, probe));
  }

  setThresholds(runId: number, token: string, thresholds: string): void {
    this.#writing(runId, token, () => this.#sql.insertThresholds.run(runId, thresholds));
  }

  setFindings(runId: number, token: string, findings: readonly Finding[]): void {
    this.#writing(runId, token, () => {
      this.#sql.clearFindings.run(runId);
      for (const [idx, finding] of findings.entries()) {
        const { level, rule, layer, param, step, value, message } = finding;
        this.#sql.insertFinding.run(runId, idx, level, rule, layer, param, step, value, message);
      }
    });
  }

  endRun(runId: number, token: string, end: RunEnd): void {
    const { state, reason, error, detail, trainSeconds, snapshot } = end;
    this.#core.database.pragma("synchronous = FULL");
    try {
      this.#writing(runId, token, (now) => {
        if (snapshot !== null) this.#keep(runId, snapshot, end);
        if (state === "diverged") this.#checkpoints.clear(runId);
        this.#sql.insertEvent.run(runId, now, state, error ?? detail ?? reason);
        this.#sql.end.run({ id: runId, now, state, reason, error, trainSeconds });
      });
      this.#core.forgetHistory(runId);
    } finally {
      this.#core.database.pragma("synchronous = NORMAL");
    }
  }

  #append(
    runId: number,
    block: StepBlock,
    { now, next }: { readonly now: number; readonly next: number },
  ): void {
    const history = this.#core.historyAt(runId, next);
    history.append(block);
    const step = history.next - 1;
    this.#sql.insertTick.run(runId, step, now);
    const losses = [history.lastLoss(), history.recentLoss()];
    this.#sql.advance.run(step, ...losses, block.trainSeconds ?? null, runId);
  }

  #evaluate(runId: number, { step, evaluations }: EvaluationsAt): void {
    for (const { split, statistics, loss } of evaluations) {
      this.#sql.insertEval.run(runId, split, statistics, step, loss);
    }
  }

  #keep(runId: number, snapshot: Snapshot, { trainSeconds }: RunEnd): void {
    const { step, samples } = snapshot;
    this.#evaluate(runId, snapshot);
    for (const [i, text] of samples.entries()) this.#sql.insertSample.run(runId, step, i, text);
    this.#checkpoints.addFinal(runId, snapshot, trainSeconds);
  }

  /** One transaction by the holder of a run's claim; knows the time and the next step. */
  #writing(runId: number, token: string, write: (now: number, next: number) => void): void {
    try {
      this.#core.transactions.run(() => {
        const run = this.#core.owner(runId);
        if (run.claim !== token) throw lostClaim(run);
        const now = this.#core.clock();
        write(now, (run.last_step ?? -1) + 1);
        this.#sql.beat.run(now, runId);
      });
    } catch (error) {
      this.#core.forgetHistory(runId);
      throw error;
    }
  }
}
