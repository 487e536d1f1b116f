/** The training loop of one run: steps, and between them what is due. */
import {
  EarlyStop,
  type Evaluation,
  type Probe,
  type Rule,
  type StepBlock,
  type Trainer,
} from "@ablate/core";
import { secondsOf } from "../config/duration.ts";
import type { RunDiagnosis } from "../diagnose/run-diagnosis.ts";
import type { Snapshot, StopMessage, TrainMessage, WorkerMessage } from "../train/messages.ts";
import { type Agenda, agendaOf } from "../train/schedule.ts";
import type { LoopClock } from "./loop-clock.ts";
import { PendingSteps } from "./pending-steps.ts";
import { encodeRunState, type RunState } from "./run-state.ts";
import { sampleSeed } from "./sample-seed.ts";

/** Steps between two looks at the clock and at the event loop. */
const CHUNK_STEPS = 64;
/** Steps are sent about this often. */
const SEND_EVERY_MS = 150;

export type RunLoopOptions = {
  readonly message: TrainMessage;
  readonly trainer: Trainer;
  readonly clock: LoopClock;
  /** Of the checkpoint that the trainer goes on from. */
  readonly state: RunState | null;
  readonly diagnosis: RunDiagnosis;
  readonly send: (message: WorkerMessage) => void;
  /** Resolves as soon as another message may be sent. */
  readonly ready: () => Promise<void>;
  /** Why the run is to stop now. */
  readonly stopping: () => StopMessage["reason"] | null;
};

type End = {
  readonly state: "finished" | "diverged" | "stopped";
  readonly reason: string;
  /** The rule that has ended it, where one has. */
  readonly rule?: Rule;
};

export class RunLoop {
  readonly #options: RunLoopOptions;
  readonly #agenda: Agenda;
  readonly #pending: PendingSteps;
  readonly #stop: EarlyStop | null;
  readonly #budgetSeconds: number;
  readonly #checkpointMs: number;
  #checkpointedAt = performance.now();
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: RunLoopOptions) {
    const { message, trainer, state } = options;
    const { stop } = message.spec.train;
    const { checkpoint } = message.record;
    this.#options = options;
    this.#agenda = agendaOf(message.record, message.spec.train);
    this.#pending = new PendingSteps(trainer);
    this.#stop = stop === undefined ? null : new EarlyStop(stop, state?.stop ?? undefined);
    this.#budgetSeconds = stop?.budgetSeconds ?? Number.POSITIVE_INFINITY;
    this.#checkpointMs =
      typeof checkpoint === "string" && checkpoint !== "none"
        ? secondsOf(checkpoint) * 1000
        : Number.POSITIVE_INFINITY;
  }

  /** Trains the run to its end and says everything but that it has ended. */
  async run(): Promise<End & { readonly snapshot: Snapshot | null }> {
    const end = await this.#train();
    const snapshot = end.state === "finished" ? this.#snapshot() : null;
    // After the evaluation, which has measured the training set's moments.
    const probe = end.state === "finished" ? this.#probe() : null;
    this.#diagnose(probe, snapshot?.evaluations);
    this.#tell(probe);
    return { ...end, snapshot };
  }

  /** What is due at a step is done by whoever goes on from there: a checkpoint comes before it. */
  async #train(): Promise<End> {
    const { trainer, clock, ready } = this.#options;
    let end = this.#endAt() ?? this.#lookAt(trainer.step);
    clock.start();
    while (end === null) {
      this.#pending.advance(Math.min(CHUNK_STEPS, this.#agenda.next(trainer.step) - trainer.step));
      end = this.#endAt();
      // What is handed at the end and what ends the run say the same time.
      if (end !== null) clock.stop();
      this.#hand(end);
      if (end !== null) break;
      clock.stop();
      end = this.#lookAt(trainer.step);
      clock.start();
      if (end === null) await ready();
    }
    clock.stop();
    return end;
  }

  #endAt(): End | null {
    const { trainer, clock, stopping } = this.#options;
    if (trainer.divergedAt !== null) return { state: "diverged", reason: "loss" };
    if (trainer.isDone) return { state: "finished", reason: "steps" };
    if (clock.seconds >= this.#budgetSeconds) return { state: "finished", reason: "budget" };
    const reason = stopping();
    return reason === null ? null : { state: "stopped", reason };
  }

  /** Sends the steps so far where it is time to, with a checkpoint where one is due. */
  #hand(end: End | null): void {
    const { runId } = this.#options.message;
    const { trainer, clock, send } = this.#options;
    const now = performance.now();
    const due = this.#agenda.at(trainer.step);
    const isTime = due.checkpoint || now - this.#checkpointedAt >= this.#checkpointMs;
    if (end === null ? isTime : end.state === "stopped") {
      const { step, weights, state } = trainer.checkpoint();
      const block = this.#take();
      const trainSeconds = clock.seconds;
      const bytes = this.#encode(state);
      send({ type: "checkpoint", runId, block, trainSeconds, step, weights, state: bytes });
      this.#checkpointedAt = now;
      this.#sentAt = now;
    } else if (
      this.#pending.count > 0 &&
      (end !== null ||
        due.validation ||
        due.look ||
        this.#pending.isFull ||
        now - this.#sentAt >= SEND_EVERY_MS)
    ) {
      send({ type: "steps", runId, block: this.#take(), trainSeconds: clock.seconds });
      this.#sentAt = now;
    }
  }

  /** Does what is due at a step. */
  #lookAt(step: number): End | null {
    const due = this.#agenda.at(step);
    const reason = due.validation ? this.#validate(step) : null;
    if (reason !== null) return { state: "finished", reason };
    if (!due.look) return null;
    const probe = this.#probe();
    this.#diagnose(probe);
    const rule = this.#options.diagnosis.stopRule();
    // The last look takes its probe again, with the training set's moments.
    if (rule !== null) return { state: "finished", reason: "rule", rule };
    this.#tell(probe);
    return null;
  }

  #take(): StepBlock {
    const block = this.#pending.take();
    this.#options.diagnosis.steps(block);
    return block;
  }

  #validate(step: number): string | null {
    const { message, trainer, send } = this.#options;
    const evaluation = trainer.validate();
    this.#diagnose(null, [evaluation]);
    send({ type: "evaluation", runId: message.runId, step, evaluations: [evaluation] });
    return this.#stop?.follow(step, evaluation.loss) ?? null;
  }

  #probe(): Probe | null {
    const { message, trainer } = this.#options;
    const { probes } = message.record;
    return probes === "none" ? null : trainer.probe(probes.saturated);
  }

  #diagnose(probe: Probe | null, evaluations: readonly Evaluation[] = []): void {
    const { trainer, diagnosis } = this.#options;
    diagnosis.look(trainer.step, { probe, evaluations });
  }

  /** Sends what was seen inside, and what there is to say now if it is news. */
  #tell(probe: Probe | null): void {
    const { message, trainer, diagnosis, send } = this.#options;
    if (probe !== null) send({ type: "probe", runId: message.runId, probe });
    const news = diagnosis.news(trainer.step);
    if (news !== null) send(news);
  }

  #snapshot(): Snapshot {
    const { trainer, message } = this.#options;
    const { spec, record } = message;
    const { step, weights, state } = trainer.checkpoint();
    return {
      step,
      evaluations: record.evaluate === "none" ? [] : trainer.evaluate(),
      samples: trainer.sample(record.samples, sampleSeed(spec.seed)),
      weights,
      state: this.#encode(state),
    };
  }

  #encode(trainer: RunState["trainer"]): Uint8Array {
    return encodeRunState({
      trainer,
      stop: this.#stop?.state ?? null,
      diagnosis: this.#options.diagnosis.state,
    });
  }
}
