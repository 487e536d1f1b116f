import type { Evaluation, Rule } from "@ablate/core";
import type { EndEvent, GridEvent } from "./events.ts";
import type { StartedMessage, StepsMessage, WorkerMessage } from "./messages.ts";

/** Losses that the last one shown is a mean of. */
const RECENT = 100;

/** Follows one run's messages and says what is worth showing. */
export class RunProgress {
  readonly #run: string;
  readonly #steps: number;
  #step = 0;
  #recent: number[] = [];
  #trainLoss: number | null = null;
  #validLoss: number | null = null;
  #rule: Rule | null = null;
  #host: string | null = null;

  constructor(run: string, steps: number) {
    this.#run = run;
    this.#steps = steps;
  }

  /** The machine that trains it; null: this one. */
  get host(): string | null {
    return this.#host;
  }

  follow(message: WorkerMessage): GridEvent[] {
    switch (message.type) {
      case "steps":
        return [this.#advance(message)];
      case "checkpoint":
        return message.block.count === 0 ? [] : [this.#advance(message)];
      case "evaluation":
        this.#validate(message.evaluations);
        return [];
      case "ended": {
        const { evaluations } = message.snapshot ?? { evaluations: [] };
        this.#trainLoss = lossOf("train", evaluations);
        this.#validate(evaluations);
        this.#rule = message.rule ?? null;
        return [this.#end(message.state, null, message.trainSeconds)];
      }
      case "failed":
        return [this.#end("failed", message.error, message.trainSeconds)];
      case "started":
        this.#step = message.from;
        return this.#start(message);
      case "findings": {
        const { step, findings } = message;
        return [{ event: "findings", run: this.#run, step, findings }];
      }
      case "computed by": {
        const { threads, refusal } = message;
        return [{ event: "threads", run: this.#run, threads, refusal }];
      }
      case "probe":
      case "best":
      case "refused":
        return [];
    }
  }

  /** The end of a run that this process cannot go on with. */
  interrupted(error: string): GridEvent {
    return this.#end("interrupted", error, 0);
  }

  #start({ engine, unused, trainedOn }: StartedMessage): GridEvent[] {
    const run = this.#run;
    const host = trainedOn?.host;
    this.#host = typeof host === "string" ? host : null;
    // Of simd on its fastest kernels there is nothing to tell.
    const isUsual = engine.engine === "simd" && engine.reason === null;
    return [
      ...(this.#host === null ? [] : [{ event: "placed", run, host: this.#host } as const]),
      ...(isUsual ? [] : [{ event: "engine", ...engine } as const]),
      ...(unused === null ? [] : [{ event: "unused", run, message: unused } as const]),
    ];
  }

  #advance({ block, trainSeconds }: Pick<StepsMessage, "block" | "trainSeconds">): GridEvent {
    this.#step = block.first + block.count;
    this.#recent = [...this.#recent, ...block.loss.slice(-RECENT)].slice(-RECENT);
    return {
      event: "progress",
      run: this.#run,
      step: this.#step,
      steps: this.#steps,
      loss: mean(this.#recent),
      validLoss: this.#validLoss,
      stepsPerSecond: this.#step / trainSeconds,
    };
  }

  #validate(evaluations: readonly Evaluation[]): void {
    this.#validLoss = lossOf("valid", evaluations) ?? this.#validLoss;
  }

  #end(state: EndEvent["state"], error: string | null, trainSeconds: number): EndEvent {
    return {
      event: "ended",
      run: this.#run,
      state,
      error,
      rule: this.#rule,
      step: this.#step,
      steps: this.#steps,
      loss: this.#recent.length > 0 ? mean(this.#recent) : null,
      trainLoss: this.#trainLoss,
      validLoss: this.#validLoss,
      stepsPerSecond: this.#step > 0 && trainSeconds > 0 ? this.#step / trainSeconds : null,
    };
  }
}

/** Returns the loss with running statistics where there is batch norm. */
function lossOf(wanted: Evaluation["split"], evaluations: readonly Evaluation[]): number | null {
  const found = evaluations.find(
    ({ split, statistics }) =>
      split === wanted && (statistics === "none" || statistics === "running"),
  );
  return found?.loss ?? null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
