/**
 * A model written out for one vocabulary: every module in forward order with its sizes and its parameters, and the layers
 * that they belong to. This is the one place that names layers and parameters; engines, probes and checkpoints follow it.
 */
import type {
  Activation,
  ActivationName,
  BatchNormSpec,
  LayerKind,
  LayerSpec,
  ModelSpec,
  NormSpec,
  Parameter,
  ParameterRole,
  RowNormSpec,
} from "../spec.ts";

/** A tensor but for its values. */
export type NamedShape = Pick<Parameter, "name" | "shape">;

/** Places at which a pass through a layer is seen, in forward order. */
export const STAGES = ["linear", "preactivation", "activation", "stream"] as const;

/**
 * `linear`: what leaves the weights. `preactivation`: what enters the nonlinearity. `activation`: what leaves it (what
 * leaves the layer, where it has none). `stream`: what leaves the layer where that is something else: after a residual
 * block's addition, or a norm behind it.
 */
export type Stage = (typeof STAGES)[number];

/** What all modules have. For each example `positions` rows of `width` values leave it. */
type Module = {
  /** The layer that it belongs to; what comes before the first one belongs to the embedding. */
  readonly layer: string;
  readonly width: number;
  readonly positions: number;
};

export type LinearModule = Module & {
  readonly kind: "linear";
  readonly fanIn: number;
  /** Null: the embedding, transposed. */
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
};

export type BatchNormModule = Module & {
  readonly kind: "norm";
  readonly spec: BatchNormSpec;
  readonly gain: Parameter;
  readonly shift: Parameter;
  /** Running statistics, which are tensors but no parameters. */
  readonly runningMean: NamedShape;
  readonly runningSpread: NamedShape;
};

export type RowNormModule = Module & {
  readonly kind: "norm";
  readonly spec: RowNormSpec;
  readonly gain: Parameter;
  readonly shift: Parameter | null;
};

export type ActivationModule = Module & {
  readonly kind: "activation";
  readonly activation: ActivationName;
  /** That of leaky relu below 0. */
  readonly slope: number;
};

export type DropoutModule = Module & { readonly kind: "dropout"; readonly rate: number };

/** `[B, positions * factor, width / factor]` enters it. */
export type FlattenModule = Module & { readonly kind: "flatten"; readonly factor: number };

export type ResidualModule = Module & {
  readonly kind: "residual";
  readonly modules: readonly PlannedModule[];
};

export type PlannedModule =
  | LinearModule
  | BatchNormModule
  | RowNormModule
  | ActivationModule
  | DropoutModule
  | FlattenModule
  | ResidualModule;

/** A linear layer with what belongs to it, as it is recorded. */
export type PlannedLayer = {
  readonly name: string;
  readonly kind: "hidden" | "output";
  readonly units: number;
  /** Rows that leave it for each example. */
  readonly positions: number;
  /** Its first one. */
  readonly nonlinearity: Activation;
  /** By stage the module that it leaves; one module may have several, and `stream` is not always there. */
  readonly stages: ReadonlyMap<Stage, PlannedModule>;
  /** The first norm that belongs to it. */
  readonly norm: BatchNormModule | RowNormModule | null;
};

export type NetworkPlan = {
  readonly embedding: Parameter;
  /** In forward order; the first is always a `flatten`. */
  readonly modules: readonly PlannedModule[];
  readonly layers: readonly PlannedLayer[];
  /** In drawing order. */
  readonly parameters: readonly Parameter[];
};

/** PyTorch's slope of leaky relu. */
export const LEAKY_SLOPE = 0.01;

/** A model cannot be built; the message says why, without a place. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/**
 * Writes a model out.
 *
 * A layer is a linear module and what follows it up to the next one; a norm or dropout that opens a residual block belongs to the
 * linear module behind it. Layers are `hidden1`, `hidden2`, ..., `output`.
 *
 * @throws ModelError - sizes do not fit, or there is no output layer
 */
export function planNetwork(model: ModelSpec, vocabularySize: number): NetworkPlan {
  return new Planner(model, vocabularySize).plan();
}

/** All modules of a list, those inside residual blocks in their place before the block itself. */
export function eachModule(modules: readonly PlannedModule[]): PlannedModule[] {
  return modules.flatMap((module) =>
    module.kind === "residual" ? [...eachModule(module.modules), module] : [module],
  );
}

/** The linear modules of a plan, in forward order. */
export function linearModules({ modules }: Pick<NetworkPlan, "modules">): LinearModule[] {
  return eachModule(modules).filter((one) => one.kind === "linear");
}

/** The batch norms of a plan, in forward order. */
export function batchNormsOf({ modules }: Pick<NetworkPlan, "modules">): BatchNormModule[] {
  return eachModule(modules).filter(isBatchNorm);
}

export function isBatchNorm(module: PlannedModule): module is BatchNormModule {
  return module.kind === "norm" && module.spec.norm === "batch";
}

type Sizes = Pick<Module, "width" | "positions">;

/** Kinds that decide how a context is put side by side. */
const SHAPING: readonly string[] = ["flatten", "linear", "residual"];

/** Walks a list of layers and keeps what enters the next one. */
class Planner {
  readonly #model: ModelSpec;
  readonly #vocabularySize: number;
  readonly #parameters: Parameter[] = [];
  /** Norms so far, by what their names begin with. */
  readonly #norms = new Map<string, number>();
  /** The layer of the last linear module. */
  #layer: Layer = EMBEDDING;
  #hidden = 0;
  #sizes: Sizes;

  constructor(model: ModelSpec, vocabularySize: number) {
    this.#model = model;
    this.#vocabularySize = vocabularySize;
    this.#sizes = { width: model.embedding, positions: model.context };
  }

  plan(): NetworkPlan {
    const { layers: specs, embedding: E, context } = this.#model;
    const embedding = this.#parameter(EMBEDDING, "embedding", "", [this.#vocabularySize, E]);
    const shaping = specs.find(({ kind }) => SHAPING.includes(kind));
    const whole: LayerSpec[] =
      shaping?.kind === "flatten" ? [] : [{ kind: "flatten", factor: context }];
    const modules = [...whole, ...specs].map((spec) => this.#module(spec));
    if (this.#layer.kind !== "output") throw new ModelError("there is no output layer");
    const { positions } = this.#sizes;
    if (positions !== 1) {
      throw new ModelError(`${positions} positions of a context are left at the end, not 1`);
    }
    const layers = layersOf(eachModule(modules));
    return { embedding, modules, layers, parameters: this.#parameters };
  }

  /** @param layer - the layer that it belongs to: the last one unless given */
  #module(spec: LayerSpec, layer: Layer = this.#layer): PlannedModule {
    if (this.#layer.kind === "output" && SHAPING.includes(spec.kind)) {
      throw new ModelError(`${spec.kind} behind the output layer`);
    }
    switch (spec.kind) {
      case "linear":
        return this.#linear(spec);
      case "norm":
        return this.#norm(spec, layer);
      case "activation":
        return { ...this.#base(layer), slope: LEAKY_SLOPE, ...spec };
      case "dropout":
        return { ...this.#base(layer), ...spec };
      case "residual":
        return this.#residual(spec.layers);
      case "flatten":
        return this.#flatten(spec.factor, layer);
    }
  }

  #linear({ width, bias }: Extract<LayerSpec, { kind: "linear" }>): LinearModule {
    const { width: fanIn, positions } = this.#sizes;
    const isOutput = width === "output";
    if (!isOutput) this.#hidden++;
    this.#layer = isOutput ? OUTPUT : hiddenLayer(this.#hidden);
    const fanOut = isOutput ? this.#vocabularySize : width;
    const isTied = isOutput && this.#model.tie;
    if (isTied && fanIn !== this.#model.embedding) {
      throw new ModelError(
        `tied weights: ${fanIn} numbers enter the output layer, ${this.#model.embedding} are an embedding's`,
      );
    }
    this.#sizes = { width: fanOut, positions };
    const own = (role: ParameterRole, shape: number[]) =>
      this.#parameter(this.#layer, role, `.${role}`, shape);
    return {
      kind: "linear",
      ...this.#base(this.#layer),
      fanIn,
      weight: isTied ? null : own("weight", [fanIn, fanOut]),
      bias: bias ? own("bias", [fanOut]) : null,
    };
  }

  #norm(spec: NormSpec, layer: Layer): BatchNormModule | RowNormModule {
    const { width } = this.#sizes;
    const prefix = this.#prefixOf(layer, spec.norm === "batch" ? "bn" : "norm");
    const own = (role: ParameterRole, ending: string) =>
      this.#parameter(layer, role, `${prefix}.${ending}`, [width]);
    const base = { kind: "norm", ...this.#base(layer) } as const;
    if (spec.norm !== "batch") {
      const gain = own("gain", "gain");
      return { ...base, spec, gain, shift: spec.norm === "rms" ? null : own("shift", "shift") };
    }
    const spread = spec.running === "variance" ? "var" : "std";
    return {
      ...base,
      spec,
      gain: own("gain", "gamma"),
      shift: own("shift", "beta"),
      runningMean: { name: `${layer.name}${prefix}.running_mean`, shape: [width] },
      runningSpread: { name: `${layer.name}${prefix}.running_${spread}`, shape: [width] },
    };
  }

  /** `.bn`, `.bn2`, ...: what comes between the name of a layer and the rest of a norm's. */
  #prefixOf({ name }: Layer, kind: "bn" | "norm"): string {
    const key = `${name}.${kind}`;
    const count = (this.#norms.get(key) ?? 0) + 1;
    this.#norms.set(key, count);
    return count === 1 ? `.${kind}` : `.${kind}${count}`;
  }

  #residual(specs: readonly LayerSpec[]): ResidualModule {
    const before = this.#sizes;
    const first = specs.findIndex(({ kind }) => kind === "linear" || kind === "residual");
    const modules = specs.map((spec, i) => {
      if (spec.kind === "flatten") throw new ModelError("flatten inside a residual block");
      if (spec.kind === "linear" && spec.width === "output") {
        throw new ModelError("the output layer inside a residual block");
      }
      return this.#module(spec, i < first ? hiddenLayer(this.#hidden + 1) : this.#layer);
    });
    if (this.#sizes.width !== before.width) {
      throw new ModelError(
        `a residual block makes ${this.#sizes.width} numbers of ${before.width}; it has to keep how many they are`,
      );
    }
    return { kind: "residual", ...this.#base(this.#layer), modules };
  }

  #flatten(factor: number, layer: Layer): FlattenModule {
    const { width, positions } = this.#sizes;
    if (positions % factor !== 0) {
      throw new ModelError(`${positions} positions cannot be put side by side ${factor} at a time`);
    }
    this.#sizes = { width: width * factor, positions: positions / factor };
    return { kind: "flatten", ...this.#base(layer), factor };
  }

  #base({ name }: Layer): Module {
    return { layer: name, ...this.#sizes };
  }

  #parameter(layer: Layer, role: ParameterRole, ending: string, shape: number[]): Parameter {
    const parameter = {
      name: `${layer.name}${ending}`,
      layer: layer.name,
      layerKind: layer.kind,
      role,
      shape,
      size: shape.reduce((product, length) => product * length, 1),
    };
    this.#parameters.push(parameter);
    return parameter;
  }
}

type Layer = { readonly name: string; readonly kind: LayerKind };

const EMBEDDING: Layer = { name: "embedding", kind: "embedding" };
const OUTPUT: Layer = { name: "output", kind: "output" };

function hiddenLayer(number: number): Layer {
  return { name: `hidden${number}`, kind: "hidden" };
}

/** Finds the layers of all modules, which are given in forward order. */
function layersOf(all: readonly PlannedModule[]): PlannedLayer[] {
  return all.flatMap((module) => {
    if (module.kind !== "linear") return [];
    const { layer: name, width: units, positions } = module;
    const chain = chainOf(all, module);
    const active = chain.find((one) => one.kind === "activation");
    const weights = chain.findLast(({ kind }) => kind === "norm" || kind === "linear") ?? module;
    const activation = active ?? weights;
    const before = active === undefined ? weights : (chain[chain.indexOf(active) - 1] ?? module);
    const behind = chain.slice(chain.indexOf(activation) + 1);
    const stream = behind.findLast(({ kind }) => kind !== "dropout");
    const stages = new Map<Stage, PlannedModule>([
      ["linear", module],
      ["preactivation", before],
      ["activation", activation],
    ]);
    if (stream !== undefined) stages.set("stream", stream);
    const nonlinearity = active?.activation ?? "none";
    const norm = all.find((one) => one.kind === "norm" && one.layer === name);
    return {
      ...{ name, units, positions, nonlinearity, stages },
      kind: name === OUTPUT.name ? "output" : "hidden",
      norm: norm?.kind === "norm" ? norm : null,
    };
  });
}

/** A linear module and what belongs to its layer behind it, up to where positions are put side by side. */
function chainOf(all: readonly PlannedModule[], linear: LinearModule): PlannedModule[] {
  const behind = all.slice(all.indexOf(linear));
  const end = behind.findIndex(({ kind, layer }) => kind === "flatten" || layer !== linear.layer);
  return end === -1 ? behind : behind.slice(0, end);
}
