import type { Dataset, Examples } from "../data/dataset.ts";
import type { NetworkPass, UnitMoments } from "../probe/network-pass.ts";
import type { ModelSpec, Parameter, TrainSpec } from "../spec.ts";

/** A named float32 tensor, row-major. */
export type Tensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/**
 * A model in training. What implements this knows nothing of schedules, seeds or files; what calls it
 * knows nothing of memory layout or kernels.
 */
export interface Engine {
  readonly parameters: readonly Parameter[];

  /** What a step measures beside its loss and its ratios, in the order of `StepRecord.metrics`. */
  readonly metrics: readonly EngineMetric[];

  /**
   * One step of the optimiser on the training examples `batch`.
   *
   * @param batch - indices of training examples; at most `batchSize`
   * @param rates - learning rate of each parameter; `[parameters]`
   * @param record - receives the update:data ratios and the metrics
   * @returns the loss before the update, in nats, l2 terms included
   */
  step(batch: Int32Array, rates: Float64Array, record: StepRecord): number;

  /**
   * Sets what batch norm normalises with in `evaluate`: the moments of all these examples, layer by
   * layer, or the running statistics. Training is not touched.
   */
  normaliseBy(source: Examples | "running"): void;

  /** Mean cross-entropy of all examples under the statistics set last, in nats. */
  evaluate(examples: Examples): number;

  /**
   * Logits of one context under running statistics.
   *
   * @param context - token indices; `[T]`
   * @param logits - receives them; `[V]`
   */
  predict(context: ArrayLike<number>, logits: Float32Array): void;

  /** Moments that `evaluate` normalises with, by layer. */
  moments(): ReadonlyMap<string, UnitMoments>;

  /**
   * Probes a forward and a backward pass as a training step would make them, without its update:
   * parameters and running statistics stay as they are. `normaliseBy` is called anew before `evaluate`.
   * What it returns may be views of the engine's memory, right until the engine's next call.
   *
   * @param examples - at most `MOST_PROBE_EXAMPLES`, with batch norm at least 2
   */
  probe(examples: Examples): NetworkPass;

  /** Copies of all parameters, then of batch norm's running statistics. */
  tensors(): Tensor[];

  /** Copies of what the optimiser keeps, see `optimizerTensors`; none of plain SGD. */
  optimizerTensors(): Tensor[];

  /** The threads that compute; null where there is never more than one. */
  readonly team: ThreadTeam | null;

  /** Frees what the garbage collector does not see; the engine is not used afterwards. */
  dispose(): void;
}

/** A generator of dropout's masks. */
export interface MaskSource {
  /** Fills `mask` with 1 with probability `keep`, else 0, as torch's `bernoulli_(keep, generator)`. */
  bernoulli(keep: number, mask: Float32Array): void;
}

/** Where a step writes what it has measured: row `row` of each. */
export type StepRecord = {
  /** Update:data ratios; `[rows, parameters]` */
  readonly ratios: Float32Array;
  /** `[rows, width]`; an engine's own come first in a row. */
  readonly metrics: Float64Array;
  /** Numbers of a row of `metrics`. */
  readonly width: number;
  readonly row: number;
};

/**
 * `gradient_norm`: 2-norm of the gradient of all parameters, l2 terms included, before clipping. `clip_factor`: what
 * clipping by norm multiplied it by, at most 1.
 */
export type EngineMetric = "gradient_norm" | "clip_factor";

/** Lists the metrics that an engine with these options measures at each step. */
export function engineMetrics({
  train: { clip },
  measuresGradient = false,
}: Pick<EngineOptions, "train" | "measuresGradient">): readonly EngineMetric[] {
  if (clip?.by === "norm") return ["gradient_norm", "clip_factor"];
  return clip !== undefined || measuresGradient ? ["gradient_norm"] : [];
}

/** The threads that compute one run. How many they are changes no bit of it. */
export interface ThreadTeam {
  /** Threads that there may ever be. */
  readonly most: number;
  /** Threads that compute now. */
  readonly size: number;
  /** Why there are fewer than were wanted and will be no more; null: nothing is wrong. */
  readonly refusal: string | null;

  /** Computes with so many threads from now on, as soon as they have started. */
  want(threads: number): void;

  /** Lets those join that have started since. */
  admit(): void;
}

/** What every engine has room for in a probe. */
export const MOST_PROBE_EXAMPLES = 256;

/** Engines by name; the first is the default. */
export const ENGINES = ["simd", "tfjs"] as const;

export type EngineName = (typeof ENGINES)[number];

/** What an engine is made from. */
export type EngineOptions = {
  readonly model: ModelSpec;
  readonly train: Pick<
    TrainSpec,
    "batchSize" | "l2" | "optimizer" | "groups" | "clip" | "labelSmoothing"
  >;
  readonly dataset: Pick<Dataset, "train" | "vocabulary">;
  /** Every parameter, and any running statistics to start from (else 0 and 1). */
  readonly tensors: readonly Tensor[];
  /** What the optimiser goes on with, as `optimizerTensors` names it; it begins anew unless given. */
  readonly optimizerTensors?: readonly Tensor[] | undefined;
  /** Updates made before; 0 unless given. */
  readonly updates?: number | undefined;
  /** Draws the masks of dropout, module by module of each training step; needed where there is any. */
  readonly masks?: MaskSource | undefined;
  /** Measures the gradient's norm where there is no clipping either. */
  readonly measuresGradient?: boolean | undefined;
  /** Threads that the run may ever be computed by; 1 unless given. */
  readonly mostThreads?: number | undefined;
};

/** On what an engine runs, as it is stored with a run. */
export type EngineFacts = {
  readonly engine: EngineName;
  /** `simd`; of tfjs `tensorflow`, `wasm` or `cpu`. */
  readonly backend: string;
  /** Version of the library behind it; of our own kernels, which of them. */
  readonly version: string | null;
  /** Why it is not a better backend; null where there is none. */
  readonly reason: string | null;
};

/** An engine that is ready to train, whatever the run. */
export type LoadedEngine = EngineFacts & {
  readonly create: (options: EngineOptions) => Engine;
};

/** Lambda of each parameter, in their order. */
export function lambdasOf(
  parameters: readonly Pick<Parameter, "name">[],
  l2: TrainSpec["l2"],
): Float64Array {
  return Float64Array.from(parameters, ({ name }) =>
    typeof l2 === "number" ? l2 : (l2[name] ?? 0),
  );
}

/** An engine cannot run here, and the user can do something about it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** Backends of TensorFlow.js, best first: TensorFlow itself, WebAssembly, plain JavaScript. */
export const TFJS_BACKENDS = ["tensorflow", "wasm", "cpu"] as const;

export type TfjsBackend = (typeof TFJS_BACKENDS)[number];
