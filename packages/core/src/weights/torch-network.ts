/**
 * A trained model as a list of PyTorch's modules and its `state_dict`. docs/export.md has the 25 lines of Python that build
 * the modules: what is called as in `torch.nn` is that, the others are defined there.
 */
import type { Tensor } from "../engines/engine.ts";
import type { BatchNormModule, PlannedModule, RowNormModule } from "../model/network-plan.ts";
import { planNetwork } from "../model/plan-network.ts";
import { keptStates, PLAIN_SGD, stateName } from "../optimizers/optimizers.ts";
import type { ActivationName, ModelSpec, Parameter, TrainSpec } from "../spec.ts";
import type { TrainedWeights } from "../train/checkpoint.ts";

/** A module: its class, and what that is made with. */
export type TorchLayer = readonly [kind: string, settings: TorchSettings];

type TorchSettings = {
  readonly [name: string]: number | boolean | string | readonly TorchLayer[];
};

/** A tensor of a `state_dict`; whole numbers are int64. */
export type TorchTensor = Tensor & { readonly isWhole?: true };

export type TorchNetwork = {
  readonly layers: readonly TorchLayer[];
  /** The layer that has the weight of layer 0, its embedding; null where none has. */
  readonly tied: number | null;
  readonly state: readonly TorchTensor[];
  /** What the optimiser keeps of each parameter, by its place in `parameters()`. */
  readonly optimizer: readonly (readonly TorchTensor[])[];
};

/** What became of a run's training so far. */
type Trained = TrainedWeights & {
  readonly step: number;
  readonly train: Pick<TrainSpec, "optimizer">;
  /** What its optimiser has kept; nothing unless given. */
  readonly kept?: readonly Tensor[];
};

/** Says a trained model in PyTorch's terms. */
export function torchNetwork(model: ModelSpec, trained: Trained): TorchNetwork {
  const plan = planNetwork(model, trained.vocabulary.length);
  const writer = new Writer(trained);
  const { shape } = plan.embedding;
  const [num_embeddings = 0, embedding_dim = 0] = shape;
  writer.parameter("0.weight", plan.embedding);
  const layers = plan.modules.map((module, i) => writer.layer(`${i + 1}.`, module));
  const tied = plan.modules.findIndex((one) => one.kind === "linear" && one.weight === null);
  return {
    layers: [["Embedding", { num_embeddings, embedding_dim }], ...layers],
    tied: tied === -1 ? null : tied + 1,
    state: writer.state,
    optimizer: writer.optimizer,
  };
}

/** Whether a model has norms that keep a running standard deviation, which no module of PyTorch does. */
export function keepsDeviation({ layers }: Pick<ModelSpec, "layers">): boolean {
  return layers.some((layer) =>
    layer.kind === "residual"
      ? keepsDeviation(layer)
      : layer.kind === "norm" && layer.norm === "batch" && layer.running === "std",
  );
}

/** Collects what the modules have, in the order of `parameters()`. */
class Writer {
  readonly state: TorchTensor[] = [];
  readonly optimizer: TorchTensor[][] = [];
  readonly #trained: Trained;
  readonly #tensors: ReadonlyMap<string, Tensor>;

  constructor(trained: Trained) {
    this.#trained = trained;
    const { tensors, kept = [] } = trained;
    this.#tensors = new Map([...tensors, ...kept].map((tensor) => [tensor.name, tensor]));
  }

  layer(path: string, module: PlannedModule): TorchLayer {
    switch (module.kind) {
      case "linear": {
        const { fanIn: in_features, width: out_features, weight, bias } = module;
        // A tied weight is that of the embedding, which has it as PyTorch does.
        if (weight === null) this.#copy(`${path}weight`, "embedding");
        else this.parameter(`${path}weight`, weight, transposed);
        if (bias !== null) this.parameter(`${path}bias`, bias);
        return ["Linear", { in_features, out_features, bias: bias !== null }];
      }
      case "norm":
        return "runningMean" in module
          ? this.#batchNorm(path, module)
          : this.#rowNorm(path, module);
      case "activation":
        return activationLayer(module.activation, module.slope);
      case "dropout":
        return ["Dropout", { p: module.rate }];
      case "flatten":
        return ["Flatten", { factor: module.factor }];
      case "residual": {
        const layers = module.modules.map((one, i) => this.layer(`${path}${i}.`, one));
        return ["Residual", { layers }];
      }
    }
  }

  /** A norm that keeps a standard deviation evaluates like one with the variance that it stands for, and no epsilon. */
  #batchNorm(path: string, module: BatchNormModule): TorchLayer {
    const { spec, width: num_features, gain, shift, runningMean, runningSpread } = module;
    this.parameter(`${path}weight`, gain);
    this.parameter(`${path}bias`, shift);
    this.#copy(`${path}running_mean`, runningMean.name);
    const isDeviation = spec.running === "std";
    this.#copy(`${path}running_var`, runningSpread.name, ({ shape, values }) => ({
      shape,
      values: isDeviation ? values.map((std) => (std + spec.epsilon) ** 2) : values,
    }));
    const name = `${path}num_batches_tracked`;
    const values = Float32Array.of(this.#trained.step);
    this.state.push({ name, shape: [], values, isWhole: true });
    const eps = isDeviation ? 0 : spec.epsilon;
    return ["BatchNorm", { num_features, eps, momentum: spec.momentum }];
  }

  #rowNorm(path: string, { spec, width, gain, shift }: RowNormModule): TorchLayer {
    this.parameter(`${path}weight`, gain);
    if (shift !== null) this.parameter(`${path}bias`, shift);
    const settings = { normalized_shape: width, eps: spec.epsilon };
    return [spec.norm === "rms" ? "RMSNorm" : "LayerNorm", settings];
  }

  /** Adds a parameter and what the optimiser keeps of it. */
  parameter(name: string, { name: own }: Parameter, change: Change = same): void {
    this.#copy(name, own, change);
    const { train, step, kept = [] } = this.#trained;
    const { optimizer = PLAIN_SGD } = train;
    const states = kept.length === 0 ? [] : keptStates(optimizer);
    const copies = states.map((state) => ({
      name: state.name,
      ...change(this.#tensor(stateName({ name: own }, state))),
    }));
    const counts = copies.length > 0 && COUNTING.includes(optimizer.name);
    const updates = { name: "step", shape: [], values: Float32Array.of(step) };
    this.optimizer.push(counts ? [updates, ...copies] : copies);
  }

  #copy(name: string, own: string, change: Change = same): void {
    this.state.push({ name, ...change(this.#tensor(own)) });
  }

  #tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new RangeError(`there is no tensor ${name}`);
    return tensor;
  }
}

/** Optimisers of PyTorch that count their updates in each parameter's state. */
const COUNTING: readonly string[] = ["adam", "adamw", "rmsprop", "adagrad"];

type Change = (tensor: Tensor) => Pick<Tensor, "shape" | "values">;

const same: Change = ({ shape, values }) => ({ shape, values });

/** `[fan_in, fan_out]` becomes `[out, in]`. */
const transposed: Change = ({ shape: [rows = 0, columns = 0], values }) => {
  const turned = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j] ?? Number.NaN;
  }
  return { shape: [columns, rows], values: turned };
};

function activationLayer(activation: ActivationName, slope: number): TorchLayer {
  switch (activation) {
    case "tanh":
      return ["Tanh", {}];
    case "relu":
      return ["ReLU", {}];
    case "gelu":
      return ["GELU", {}];
    case "gelu_tanh":
      return ["GELU", { approximate: "tanh" }];
    case "silu":
      return ["SiLU", {}];
    case "leaky_relu":
      return ["LeakyReLU", { negative_slope: slope }];
    case "elu":
      return ["ELU", {}];
    case "sigmoid":
      return ["Sigmoid", {}];
    case "softplus":
      return ["Softplus", {}];
  }
}
