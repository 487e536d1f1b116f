/** Trains one run at a time and reports in messages; knows no store and no clock time. */
import {
  buildDataset,
  type Counting,
  countingLosses,
  type Dataset,
  EngineError,
  type LoadedEngine,
  loadEngine,
  type NameLists,
  type Trainer,
} from "@ablate/core";
import { RunDiagnosis } from "../diagnose/run-diagnosis.ts";
import type {
  CoordinatorMessage,
  StopMessage,
  TrainMessage,
  WorkerMessage,
} from "../train/messages.ts";
import { beginRun } from "./begin-run.ts";
import { LoopClock } from "./loop-clock.ts";
import { RunLoop } from "./run-loop.ts";
import { ThreadChoice } from "./thread-choice.ts";

/** Data sets that are kept: a grid may vary context and shuffle, and each set takes some megabytes. */
const KEPT_DATASETS = 4;

/** A data set, and what counting costs on it. */
type Data = { readonly dataset: Dataset; readonly counting: Counting };

/** Where a worker's messages go. */
export type Outlet = {
  readonly send: (message: WorkerMessage) => void;
  /** Resolves in a later turn of the event loop, as soon as another message may be sent. */
  readonly ready: () => Promise<void>;
};

/** Turns coordinator messages into training and answers through an outlet. */
export class Worker {
  readonly #outlet: Outlet;
  readonly #names = new Map<string, NameLists>();
  readonly #datasets = new Map<string, Data>();
  readonly #engines = new Map<string, LoadedEngine>();
  #stopping: StopMessage["reason"] | null = null;
  #threads: ThreadChoice | null = null;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  receive(message: CoordinatorMessage): void {
    switch (message.type) {
      case "data":
        this.#names.set(message.dataHash, message.data);
        break;
      case "train":
        this.#stopping = null;
        void this.#train(message);
        break;
      case "stop":
        this.#stopping = message.reason;
        break;
      case "threads":
        this.#threads?.offer(message.threads);
        break;
      case "ack":
    }
  }

  async #train(message: TrainMessage): Promise<void> {
    const { runId } = message;
    let trainer: Trainer | null = null;
    let clock = new LoopClock(message.resume?.trainSeconds ?? 0);
    try {
      const { dataset, counting } = this.#data(message);
      const loaded = await this.#engine(message);
      const begun = beginRun(message, dataset, loaded);
      const { state, from, unused } = begun;
      trainer = begun.trainer;
      if (state === null) clock = new LoopClock(0);
      const { create: _, ...engine } = loaded;
      const { parameters, metrics, team } = trainer;
      const threads = new ThreadChoice(team, message.threads);
      this.#threads = threads;
      const diagnosis = new RunDiagnosis(message, parameters, {
        state: state?.diagnosis,
        counting,
        metrics,
      });
      const { judgedBy } = diagnosis;
      const facts = { parameters, metrics, engine, from, unused, judgedBy };
      this.#outlet.send({ type: "started", runId, ...facts });
      const loop = new RunLoop({
        message,
        trainer,
        clock,
        state,
        diagnosis,
        threads,
        send: (sent) => this.#outlet.send(sent),
        ready: () => this.#outlet.ready(),
        stopping: () => this.#stopping,
      });
      const end = await loop.run();
      this.#outlet.send({ type: "ended", runId, ...end, trainSeconds: clock.seconds });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const trainSeconds = clock.seconds;
      if (error instanceof EngineError) this.#outlet.send({ type: "refused", runId, error: text });
      else this.#outlet.send({ type: "failed", runId, error: text, trainSeconds });
    } finally {
      this.#threads = null;
      trainer?.dispose();
    }
  }

  async #engine({ engine, backend }: TrainMessage): Promise<LoadedEngine> {
    const key = `${engine}/${backend}`;
    const loaded = this.#engines.get(key) ?? (await loadEngine(engine, backend));
    this.#engines.set(key, loaded);
    return loaded;
  }

  #data({ spec, dataHash }: TrainMessage): Data {
    const settings = { context: spec.model.context, shuffleSeed: spec.shuffleSeed };
    const key = `${dataHash}/${settings.context}/${settings.shuffleSeed}`;
    const known = this.#datasets.get(key);
    if (known !== undefined) return known;
    const names = this.#names.get(dataHash);
    if (names === undefined) throw new Error(`the names ${dataHash} were not sent`);
    const dataset = buildDataset(names, settings);
    const built = { dataset, counting: countingLosses(dataset) };
    for (const old of [...this.#datasets.keys()].slice(0, -KEPT_DATASETS + 1)) {
      this.#datasets.delete(old);
    }
    this.#datasets.set(key, built);
    return built;
  }
}
