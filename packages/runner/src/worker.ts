/** Trains one run at a time and says what happened in messages; knows no store and no clock time. */
import {
  buildDataset,
  type Dataset,
  EngineError,
  type LoadedEngine,
  loadEngine,
  type Probe,
  parseNames,
  type Rule,
  type StepBlock,
  type StepBuffer,
  Trainer,
} from "@ablate/core";
import type {
  CoordinatorMessage,
  Snapshot,
  StopMessage,
  TrainMessage,
  WorkerMessage,
} from "./messages.ts";
import { nextProbe, USUAL_SCHEDULE } from "./probe-schedule.ts";
import { RunDiagnosis } from "./run-diagnosis.ts";
import { sampleSeed } from "./sample-seed.ts";

/** Steps between two looks at the clock and at the event loop. */
const CHUNK_STEPS = 64;
/** Steps that one message can hold. */
const BLOCK_STEPS = 4096;
/** Steps are sent about this often. */
const SEND_EVERY_MS = 150;
/** Data sets that are kept: a grid may vary context and shuffle. */
const KEPT_DATASETS = 4;

/** Where a worker's messages go. */
export interface Outlet {
  send(message: WorkerMessage): void;
  /** Resolves in a later turn of the event loop, as soon as another message may be sent. */
  ready(): Promise<void>;
}

/** Turns coordinator messages into training and answers through an outlet. */
export class Worker {
  readonly #outlet: Outlet;
  readonly #files = new Map<string, Uint8Array>();
  readonly #datasets = new Map<string, Dataset>();
  readonly #engines = new Map<string, LoadedEngine>();
  #stopping: StopMessage["reason"] | null = null;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  receive(message: CoordinatorMessage): void {
    switch (message.type) {
      case "data":
        this.#files.set(message.dataHash, message.data);
        break;
      case "train":
        this.#stopping = null;
        void this.#train(message);
        break;
      case "stop":
        this.#stopping = message.reason;
        break;
      case "ack":
    }
  }

  #send(message: WorkerMessage): void {
    this.#outlet.send(message);
  }

  async #train(message: TrainMessage): Promise<void> {
    const { runId, spec, thresholds } = message;
    const clock = new LoopClock();
    let trainer: Trainer | null = null;
    try {
      const dataset = this.#dataset(message);
      const { create, ...engine } = await this.#engine(message);
      trainer = new Trainer(spec, dataset, { create, ...engine });
      const { parameters } = trainer;
      this.#send({ type: "started", runId, parameters, engine, thresholds });
      const run: TrainedRun = {
        message,
        trainer,
        diagnosis: new RunDiagnosis(message, parameters),
      };
      const { end, rule } = await this.#loop(run, clock);
      const snapshot = end === "diverged" ? null : takeSnapshot(run, end);
      // After the evaluation, which has measured the training set's moments.
      this.#lastLook(run, end, snapshot);
      this.#send({
        type: "ended",
        runId,
        state: end,
        reason: this.#reason(end, rule),
        rule,
        trainSeconds: clock.seconds,
        snapshot,
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof EngineError) this.#send({ type: "refused", runId, error: text });
      else this.#send({ type: "failed", runId, error: text, trainSeconds: clock.seconds });
    } finally {
      trainer?.dispose();
    }
  }

  async #loop(run: TrainedRun, clock: LoopClock): Promise<LoopEnd> {
    const { message, trainer, diagnosis } = run;
    const { runId, record } = message;
    const columns = trainer.parameters.length;
    const block = allocate(columns);
    let count = 0;
    let sentAt = Number.NEGATIVE_INFINITY;
    let rule = this.#look(run);
    let lookAt = nextLook(record, trainer);
    if (rule !== null) return { end: "finished", rule };
    clock.start();
    for (;;) {
      const room = Math.min(CHUNK_STEPS, BLOCK_STEPS - count, lookAt - trainer.step);
      count += trainer.advance(block, room, count);
      const last = trainer.isDone || this.#stopping !== null;
      const isToLook = trainer.step === lookAt && !last;
      const now = performance.now();
      const isFull = count === BLOCK_STEPS || now - sentAt >= SEND_EVERY_MS;
      if (count > 0 && (last || isToLook || isFull)) {
        const steps = head(block, { first: clock.steps, count, columns });
        clock.steps += count;
        diagnosis.steps(steps);
        this.#send({ type: "steps", runId, block: steps, trainSeconds: clock.seconds });
        count = 0;
        sentAt = now;
      }
      if (last) {
        clock.stop();
        if (trainer.divergedAt !== null) return { end: "diverged", rule: null };
        return { end: trainer.isDone ? "finished" : "stopped", rule: null };
      }
      if (isToLook) {
        clock.stop();
        rule = this.#look(run);
        if (rule !== null) return { end: "finished", rule };
        lookAt = nextLook(record, trainer);
        clock.start();
      }
      await this.#outlet.ready();
    }
  }

  /** Looks inside, where there are probes, and says what there is to say; returns the rule to stop on. */
  #look({ message, trainer, diagnosis }: TrainedRun): Rule | null {
    const probe = probeOf(message, trainer);
    diagnosis.look(trainer.step, { probe });
    const rule = diagnosis.stopRule();
    // The last look takes its probe again, with the training set's moments.
    if (rule !== null) return rule;
    this.#sendLook({ message, trainer, diagnosis }, probe);
    return null;
  }

  #lastLook(run: TrainedRun, end: LoopEnd["end"], snapshot: Snapshot | null): void {
    const { message, trainer, diagnosis } = run;
    const probe = end === "finished" ? probeOf(message, trainer) : null;
    diagnosis.look(trainer.step, { evaluations: snapshot?.evaluations ?? [], probe });
    this.#sendLook(run, probe);
  }

  #sendLook({ message: { runId }, trainer, diagnosis }: TrainedRun, probe: Probe | null): void {
    if (probe !== null) this.#send({ type: "probe", runId, probe });
    const news = diagnosis.news(trainer.step);
    if (news !== null) this.#send(news);
  }

  #reason(end: LoopEnd["end"], rule: Rule | null): string {
    if (end === "finished") return rule === null ? "steps" : "rule";
    return end === "stopped" ? (this.#stopping ?? "user") : "loss";
  }

  async #engine({ engine, backend }: TrainMessage): Promise<LoadedEngine> {
    const key = `${engine}/${backend}`;
    const loaded = this.#engines.get(key) ?? (await loadEngine(engine, backend));
    this.#engines.set(key, loaded);
    return loaded;
  }

  #dataset({ spec, dataHash }: TrainMessage): Dataset {
    const settings = { context: spec.model.context, shuffleSeed: spec.shuffleSeed };
    const key = `${dataHash}/${settings.context}/${settings.shuffleSeed}`;
    const known = this.#datasets.get(key);
    if (known !== undefined) return known;
    const file = this.#files.get(dataHash);
    if (file === undefined) throw new Error(`names file ${dataHash} was not sent`);
    const built = buildDataset(parseNames(file), settings);
    for (const old of [...this.#datasets.keys()].slice(0, -KEPT_DATASETS + 1)) {
      this.#datasets.delete(old);
    }
    this.#datasets.set(key, built);
    return built;
  }
}

type TrainedRun = {
  readonly message: TrainMessage;
  readonly trainer: Trainer;
  readonly diagnosis: RunDiagnosis;
};

type LoopEnd = {
  readonly end: "finished" | "diverged" | "stopped";
  /** The rule that has ended it. */
  readonly rule: Rule | null;
};

function probeOf({ record: { probes } }: TrainMessage, trainer: Trainer): Probe | null {
  return probes === "none" ? null : trainer.probe(probes.saturated);
}

function takeSnapshot(
  { message: { spec, record }, trainer }: TrainedRun,
  end: LoopEnd["end"],
): Snapshot {
  const isFinished = end === "finished";
  return {
    step: trainer.step,
    evaluations: isFinished && record.evaluate === "end" ? trainer.evaluate() : [],
    samples: isFinished ? trainer.sample(record.samples, sampleSeed(spec.seed)) : [],
    weights: trainer.weights(),
  };
}

/** Where nothing looks inside, the rest is looked at as usual. */
function nextLook({ probes }: TrainMessage["record"], { step }: Trainer): number {
  return nextProbe(probes === "none" ? USUAL_SCHEDULE : probes, step);
}

/** Counts the seconds spent in the training loop, recording included, and the steps sent. */
class LoopClock {
  steps = 0;
  #startedAt: number | null = null;
  #total = 0;

  get seconds(): number {
    const running = this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
    return (this.#total + running) / 1000;
  }

  start(): void {
    this.#startedAt = performance.now();
  }

  stop(): void {
    if (this.#startedAt !== null) this.#total += performance.now() - this.#startedAt;
    this.#startedAt = null;
  }
}

function allocate(columns: number): StepBuffer {
  return {
    loss: new Float64Array(BLOCK_STEPS),
    lr: new Float64Array(BLOCK_STEPS),
    ratios: new Float32Array(BLOCK_STEPS * columns),
  };
}

function head(
  block: StepBuffer,
  { first, count, columns }: { first: number; count: number; columns: number },
): StepBlock {
  return {
    first,
    count,
    loss: block.loss.subarray(0, count),
    lr: block.lr.subarray(0, count),
    ratios: block.ratios.subarray(0, count * columns),
  };
}
