/** Trains one run at a time and says what happened in messages; knows no store and no clock time. */
import {
  buildDataset,
  type Dataset,
  EngineError,
  type LoadedEngine,
  loadEngine,
  parseNames,
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
import { nextProbe } from "./probe-schedule.ts";
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
    const { runId, spec } = message;
    const clock = new LoopClock();
    let trainer: Trainer | null = null;
    try {
      const dataset = this.#dataset(message);
      const { create, ...engine } = await this.#engine(message);
      trainer = new Trainer(spec, dataset, { create, ...engine });
      this.#send({ type: "started", runId, parameters: trainer.parameters, engine });
      const end = await this.#loop(message, trainer, clock);
      const snapshot = end === "diverged" ? null : takeSnapshot(message, trainer);
      // After the evaluation, which has measured the training set's moments.
      if (end === "finished") this.#probe(message, trainer);
      this.#send({
        type: "ended",
        runId,
        state: end,
        reason:
          end === "finished" ? "steps" : end === "stopped" ? (this.#stopping ?? "user") : "loss",
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

  async #loop(
    message: TrainMessage,
    trainer: Trainer,
    clock: LoopClock,
  ): Promise<"finished" | "diverged" | "stopped"> {
    const { runId, record } = message;
    const columns = trainer.parameters.length;
    const block = allocate(columns);
    let count = 0;
    let sentAt = Number.NEGATIVE_INFINITY;
    this.#probe(message, trainer);
    let probeAt = nextProbeOf(record, trainer);
    clock.start();
    for (;;) {
      const room = Math.min(CHUNK_STEPS, BLOCK_STEPS - count, probeAt - trainer.step);
      count += trainer.advance(block, room, count);
      const last = trainer.isDone || this.#stopping !== null;
      const isToProbe = trainer.step === probeAt && !last;
      const now = performance.now();
      const isFull = count === BLOCK_STEPS || now - sentAt >= SEND_EVERY_MS;
      if (count > 0 && (last || isToProbe || isFull)) {
        const steps = head(block, { first: clock.steps, count, columns });
        clock.steps += count;
        this.#send({ type: "steps", runId, block: steps, trainSeconds: clock.seconds });
        count = 0;
        sentAt = now;
      }
      if (last) {
        clock.stop();
        if (trainer.divergedAt !== null) return "diverged";
        return trainer.isDone ? "finished" : "stopped";
      }
      if (isToProbe) {
        clock.stop();
        this.#probe(message, trainer);
        probeAt = nextProbeOf(record, trainer);
        clock.start();
      }
      await this.#outlet.ready();
    }
  }

  #probe({ runId, record: { probes } }: TrainMessage, trainer: Trainer): void {
    if (probes === "none") return;
    this.#send({ type: "probe", runId, probe: trainer.probe(probes.saturated) });
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

function takeSnapshot({ spec, record }: TrainMessage, trainer: Trainer): Snapshot {
  const isFinished = trainer.isDone;
  return {
    step: trainer.step,
    evaluations: isFinished && record.evaluate === "end" ? trainer.evaluate() : [],
    samples: isFinished ? trainer.sample(record.samples, sampleSeed(spec.seed)) : [],
    weights: trainer.weights(),
  };
}

function nextProbeOf({ probes }: TrainMessage["record"], { step }: Trainer): number {
  return probes === "none" ? Number.POSITIVE_INFINITY : nextProbe(probes, step);
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
