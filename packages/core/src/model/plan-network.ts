import type {
  LayerKind,
  LayerSpec,
  ModelSpec,
  NormSpec,
  Parameter,
  ParameterRole,
} from "../spec.ts";
import {
  type BatchNormModule,
  eachModule,
  type FlattenModule,
  LEAKY_SLOPE,
  type LinearModule,
  ModelError,
  type NetworkPlan,
  type PlannedLayer,
  type PlannedModule,
  type ResidualModule,
  type RowNormModule,
  type Stage,
} from "./network-plan.ts";

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

type Base = Pick<PlannedModule, "layer" | "width" | "positions">;

type Sizes = Pick<PlannedModule, "width" | "positions">;

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

  #base({ name }: Layer): Base {
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
