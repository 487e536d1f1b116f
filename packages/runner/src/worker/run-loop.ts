/** Trains one run: makes steps, and between them does what is due. */
import {
  type Checkpoint,
  EarlyStop,
  type Evaluation,
  LowestLoss,
  type Probe,
  type Rule,
  type StepBlock,
  type Trainer,
} from "@ablate/core";
import type { Seed, Snapshot } from "@ablate/store";
import { readDuration } from "@ablate/text";
import { generatorSeed } from "../config/to-run-spec.ts";
import type { RunDiagnosis } from "../diagnose/run-diagnosis.ts";
import type { StopMessage, TrainMessage, WorkerMessage } from "../train/messages.ts";
import { type Schedule, scheduleOf } from "../train/schedule.ts";
import type { LoopClock } from "./loop-clock.ts";
import { Pace } from "./pace.ts";
import { PendingSteps } from "./pending-steps.ts";
import { ResourceMeter } from "./resource-meter.ts";
import { encodeRunState, type RunState } from "./run-state.ts";
import type { ThreadChoice } from "./thread-choice.ts";

/** Steps are sent about this often: a live view moves smoothly, and a message carries many steps. */
const SEND_EVERY_MS = 150;

export type RunLoopOptions = {
  readonly message: TrainMessage;
  readonly trainer: Trainer;
  readonly clock: LoopClock;
  /** Step of the checkpoint that the trainer goes on from. */
  readonly state: RunState | null;
  readonly diagnosis: RunDiagnosis;
  readonly threads: ThreadChoice;
  readonly send: (message: WorkerMessage) => void;
  /** Resolves as soon as another message may be sent. */
  readonly ready: () => Promise<void>;
  /** Why the run is to stop now, or null. */
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
  readonly #schedule: Schedule;
  readonly #pending: PendingSteps;
  readonly #pace = new Pace();
  readonly #stop: EarlyStop | null;
  /** Null where the best weights are not kept. */
  readonly #best: LowestLoss | null;
  readonly #budgetSeconds: number;
  readonly #checkpointMs: number;
  #checkpointedAt = performance.now();
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: RunLoopOptions) {
    const { message, trainer, state } = options;
    const { stop } = message.spec.train;
    const { checkpoint } = message.record;
    this.#options = options;
    this.#schedule = scheduleOf(message.record, message.spec.train);
    this.#pending = new PendingSteps(trainer);
    this.#stop = stop === undefined ? null : new EarlyStop(stop, state?.stop ?? undefined);
    this.#best = message.record.best === true ? new LowestLoss(state?.best) : null;
    this.#budgetSeconds = stop?.budgetSeconds ?? Number.POSITIVE_INFINITY;
    this.#checkpointMs =
      typeof checkpoint === "string" && checkpoint !== "none"
        ? (readDuration(checkpoint) ?? Number.NaN)
        : Number.POSITIVE_INFINITY;
  }

  /** Trains the run to its end and sends everything but that it has ended. */
  async run(): Promise<End & { readonly snapshot: Snapshot | null }> {
    const { trainer, diagnosis } = this.#options;
    const end = await this.#train();
    const snapshot = end.state === "finished" ? this.#snapshot() : null;
    if (snapshot !== null) this.#keepBest(snapshot.step, snapshot.evaluations);
    // After the evaluation, which has measured the training set's moments.
    const probe = end.state === "finished" ? this.#probe() : null;
    diagnosis.observe(trainer.step, snapshot?.evaluations ?? [], probe);
    this.#sendDiagnosis(probe);
    return { ...end, snapshot };
  }

  /** Makes the steps. A checkpoint comes before what is due at its step, which is done again by a run that resumes there. */
  async #train(): Promise<End> {
    const { trainer, clock, threads, ready } = this.#options;
    await threads.start();
    let end = this.#endAt() ?? this.#visit(trainer.step);
    const meter = new ResourceMeter(this.#progress);
    clock.start();
    while (end === null) {
      const due = this.#schedule.next(trainer.step) - trainer.step;
      this.#advance(threads.next(Math.min(this.#pace.steps, due)));
      end = this.#endAt();
      // The last steps and the end of the run have the same time.
      if (end !== null) clock.stop();
      this.#sendSteps(end, meter);
      if (end !== null) break;
      clock.stop();
      end = this.#visit(trainer.step);
      clock.start();
      if (end === null) await ready();
    }
    clock.stop();
    return end;
  }

  #advance(count: number): void {
    const { message, threads, send } = this.#options;
    const begin = performance.now();
    const made = this.#pending.advance(count);
    const ms = performance.now() - begin;
    this.#pace.made(made, ms);
    threads.made(made, ms);
    const news = threads.news();
    if (news !== null) send({ type: "computed by", runId: message.runId, ...news });
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
  #sendSteps(end: End | null, meter: ResourceMeter): void {
    const { message, trainer, clock, send } = this.#options;
    const { runId } = message;
    const now = performance.now();
    const due = this.#schedule.dueAt(trainer.step);
    const isTime = due.checkpoint || now - this.#checkpointedAt >= this.#checkpointMs;
    const isSaved = end === null ? isTime : end.state === "stopped";
    const isDue = end !== null || due.validation || due.diagnosis;
    const isLate = this.#pending.isFull || now - this.#sentAt >= SEND_EVERY_MS;
    if (!isSaved && (this.#pending.count === 0 || !(isDue || isLate))) return;
    const saved = isSaved ? trainer.checkpoint() : null;
    const resources = this.#pending.count === 0 ? [] : meter.read(this.#progress, end !== null);
    const steps = { runId, block: this.#take(), trainSeconds: clock.seconds, resources };
    if (saved === null) send({ type: "steps", ...steps });
    else {
      const { step, weights } = saved;
      send({ type: "checkpoint", ...steps, step, weights, state: this.#encode(saved) });
    }
    if (isSaved) this.#checkpointedAt = now;
    this.#sentAt = now;
  }

  get #progress(): { readonly step: number; readonly seconds: number } {
    const { trainer, clock } = this.#options;
    return { step: trainer.step, seconds: clock.seconds };
  }

  /** Does what is due at a step. */
  #visit(step: number): End | null {
    const due = this.#schedule.dueAt(step);
    const reason = due.validation ? this.#validate(step) : null;
    if (reason !== null) return { state: "finished", reason };
    if (!due.diagnosis) return null;
    const { diagnosis } = this.#options;
    const probe = this.#probe();
    diagnosis.observe(step, [], probe);
    const rule = diagnosis.stopRule();
    // The run's end probes it again, with the training set's moments.
    if (rule !== null) return { state: "finished", reason: "rule", rule };
    this.#sendDiagnosis(probe);
    return null;
  }

  #take(): StepBlock {
    const block = this.#pending.take();
    this.#options.diagnosis.steps(block);
    return block;
  }

  #validate(step: number): string | null {
    const { message, trainer, diagnosis, send } = this.#options;
    const evaluation = trainer.validate();
    diagnosis.observe(step, [evaluation], null);
    send({ type: "evaluation", runId: message.runId, step, evaluations: [evaluation] });
    this.#keepBest(step, [evaluation]);
    return this.#stop?.follow(step, evaluation.loss) ?? null;
  }

  /** Sends the weights as they are now where their validation loss is the lowest so far. */
  #keepBest(step: number, evaluations: readonly Evaluation[]): void {
    const { message, trainer, clock, send } = this.#options;
    if (this.#best === null) return;
    const { loss } = evaluations.find(isOfRun) ?? trainer.validate();
    if (!this.#best.follow(step, loss)) return;
    const best = { step, weights: trainer.weights(), trainSeconds: clock.seconds, validLoss: loss };
    send({ type: "best", runId: message.runId, ...best });
  }

  #probe(): Probe | null {
    const { message, trainer } = this.#options;
    const { probes } = message.record;
    return probes === "none" ? null : trainer.probe(probes.saturated, probes.examples);
  }

  /** Sends the probe, and the findings where they have changed. */
  #sendDiagnosis(probe: Probe | null): void {
    const { message, trainer, diagnosis, send } = this.#options;
    if (probe !== null) send({ type: "probe", runId: message.runId, probe });
    const news = diagnosis.news(trainer.step);
    if (news !== null) send(news);
  }

  #snapshot(): Snapshot {
    const { trainer, message } = this.#options;
    const { spec, record } = message;
    const checkpoint = trainer.checkpoint();
    const { step, weights } = checkpoint;
    return {
      step,
      evaluations: record.evaluate === "none" ? [] : trainer.evaluate(),
      samples: trainer.sample(record.samples, sampleSeed(spec.seed)),
      weights,
      state: this.#encode(checkpoint),
    };
  }

  #encode({ optimizer, state }: Checkpoint): Uint8Array {
    return encodeRunState({
      optimizer,
      trainer: state,
      stop: this.#stop?.state ?? null,
      best: this.#best?.state,
      diagnosis: this.#options.diagnosis.state,
    });
  }
}

/** Tells the validation loss as it counts for a run, as `Trainer.validate` has it. */
function isOfRun({ split, statistics }: Evaluation): boolean {
  return split === "valid" && (statistics === "running" || statistics === "none");
}

/** Returns the seed of the generator that samples names from a run: its own, so that training draws no less. */
export function sampleSeed(runSeed: Seed): number {
  return generatorSeed(runSeed) + 10;
}
