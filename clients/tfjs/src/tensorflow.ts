/** What of TensorFlow.js is used: whichever of its packages the user imports has it. */

export type Tensor = {
  readonly shape: readonly number[];
  readonly size: number;
  dataSync(): ArrayLike<number>;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
};

/** A weight of a layer. */
export type LayerWeight = {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  read(): Tensor;
};

/** What `tf.variable` makes. */
export type TensorVariable = Tensor & { readonly name: string };

export type Variable = LayerWeight | TensorVariable;

/** A layer of a model; models within models are layers too. */
export type Layer = {
  readonly name: string;
  readonly weights: readonly LayerWeight[];
  readonly layers?: readonly Layer[];
  getClassName(): string;
};

/** A model of layers. */
export type Model = {
  readonly layers: readonly Layer[];
  readonly trainableWeights: readonly LayerWeight[];
  readonly optimizer?: unknown;
};

/** The module of TensorFlow.js, as `import * as tf` has it. */
export type TensorFlow = {
  tidy(work: () => void): unknown;
  keep(tensor: Tensor): Tensor;
  clone(tensor: Tensor): Tensor;
  stack(tensors: Tensor[]): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  sum(tensor: Tensor): Tensor;
  square(tensor: Tensor): Tensor;
  scalar(value: number): Tensor;
  getBackend(): string;
  backend(): object;
};

/** With layers, as all packages of TensorFlow.js but its core have it. */
export type TensorFlowLayers = TensorFlow & { readonly Callback: { readonly prototype: object } };

/** Returns the current value of a variable. */
export function currentValue(variable: Variable): Tensor {
  return "read" in variable ? variable.read() : variable;
}

export function isModel(value: object): value is Model {
  return "layers" in value && "trainableWeights" in value;
}

/** Returns the learning rate of an optimizer; NaN where it does not say. */
export function learningRateOf(optimizer: unknown): number {
  if (typeof optimizer !== "object" || optimizer === null) return Number.NaN;
  const { learningRate } = { learningRate: Number.NaN, ...optimizer };
  return typeof learningRate === "number" ? learningRate : Number.NaN;
}

/** Says whether tensors are in the memory of this process, where reading one waits for nothing. */
export function isInMemory(tf: TensorFlow): boolean {
  const name = tf.getBackend();
  if (name === "cpu" || name === "wasm") return true;
  const backend = tf.backend();
  const isOnCpu = "isUsingGpuDevice" in backend && backend.isUsingGpuDevice === false;
  return name === "tensorflow" && isOnCpu;
}
