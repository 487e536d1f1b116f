/** Records a training; whatever goes wrong with that, training goes on. */
import { type Meter, meterOf, type RatioKind } from "./meter.ts";
import { type Parameters, parametersOf, type Variables } from "./parameters.ts";
import { type EndState, Recording, type RunOptions } from "./recording.ts";
import { learningRateOf, type Model, type Tensor, type TensorFlow } from "./tensorflow.ts";

export type RecordOptions = RunOptions & {
  /** Ratios are recorded at each so many steps; 1 unless given. */
  readonly every?: number | undefined;
  /** How ratios are measured; "rms" unless given, null: they are not. */
  readonly ratios?: RatioKind | null | undefined;
};

/** Numbers by name. */
export type Numbers = Readonly<Record<string, number | Tensor>>;

export class Run {
  readonly #optimizer: unknown;
  #recording: Recording | null = null;
  #meter: Meter | null = null;
  readonly #every: number;
  readonly #hasRatios: boolean;
  /** Updates that were measured, though not all of them may be read yet. */
  #steps: number;
  #isTold = false;

  /** @param before - the run that goes on, and its steps */
  constructor(
    tf: TensorFlow,
    { from, optimizer }: { readonly from: Model | Variables; readonly optimizer: unknown },
    options: RecordOptions,
    before: { readonly id: string; readonly steps: number } | null = null,
  ) {
    const { every = 1, ratios = "rms" } = options;
    this.#optimizer = optimizer;
    this.#every = Math.max(1, Math.floor(every));
    this.#hasRatios = ratios !== null;
    this.#steps = before?.steps ?? 0;
    this.#guard(() => {
      const { listed, variables }: Parameters = parametersOf(from);
      this.#meter = meterOf(tf, ratios === null ? [] : variables, ratios ?? "rms");
      const facts = {
        parameters: ratios === null ? [] : listed,
        ...{ ratios, every: this.#every, start: this.#steps, resumes: before?.id ?? null },
        provenance: {
          backend: tf.getBackend(),
          node: process.version,
          command: process.argv.join(" "),
        },
      };
      this.#recording = new Recording(options, facts, (error) => this.#giveUp(error));
      process.once("exit", this.#onExit);
      this.#remember();
    });
  }

  /** The file that is written; null: none is. */
  get path(): string | null {
    return this.#recording?.path ?? null;
  }

  get id(): string | null {
    return this.#recording?.id ?? null;
  }

  /** Updates so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Records an update that has been made: the loss of its batch, and other numbers of every step. */
  step(loss: Tensor | number, metrics: Numbers = {}): void {
    this.#guard(() => {
      const isMeasured = this.#isDue(this.#steps);
      this.#steps++;
      const lr = learningRateOf(this.#optimizer);
      const names = Object.keys(metrics);
      const recording = this.#recording;
      this.#meter?.measure([loss, ...Object.values(metrics)], isMeasured, (measured) => {
        const [first = Number.NaN, ...numbers] = measured.numbers;
        const { ratios } = measured;
        this.#guard(() => recording?.add({ loss: first, lr, ratios, names, numbers }));
      });
      this.#remember();
    });
  }

  /** Records numbers by name, now and then: what they are after the updates so far. */
  log(numbers: Numbers): void {
    this.#guard(() => {
      for (const [name, value] of Object.entries(numbers)) {
        const number = typeof value === "number" ? value : (value.dataSync()[0] ?? Number.NaN);
        this.#recording?.log(name, this.#steps, number);
      }
    });
  }

  /** Writes what is left and says that the run is over. */
  async finish(state: EndState = "finished", error: string | null = null): Promise<void> {
    try {
      await this.#meter?.finish();
      this.#recording?.end(state, state, error);
      this.#close();
    } catch (trouble) {
      this.#giveUp(trouble);
    }
  }

  #isDue(step: number): boolean {
    return this.#hasRatios && step % this.#every === 0;
  }

  #remember(): void {
    if (this.#isDue(this.#steps)) this.#meter?.remember();
  }

  /** Does what belongs to recording alone. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    try {
      this.#recording?.close();
    } catch {
      // It is closed, or its disk is gone.
    }
    this.#close();
    if (this.#isTold) return;
    this.#isTold = true;
    const reason = error instanceof Error ? error.message : String(error);
    // biome-ignore lint/suspicious/noConsole: the only way to tell it in somebody else's program
    console.warn(`ablate: recording stops, training goes on: ${reason}`);
  }

  #close(): void {
    process.removeListener("exit", this.#onExit);
    try {
      this.#meter?.dispose();
    } catch {
      // The backend is gone.
    }
    this.#meter = null;
    this.#recording = null;
  }

  readonly #onExit = (code: number): void => {
    this.#guard(() => {
      this.#meter?.finishNow();
      const state = code === 0 ? "stopped" : "failed";
      this.#recording?.end(state, "the process ended", code === 0 ? null : `exit code ${code}`);
    });
  };
}
