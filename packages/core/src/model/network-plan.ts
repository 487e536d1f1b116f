/**
 * A model written out for one vocabulary: every module in forward order with its sizes and its parameters, and the layers
 * that they belong to. This is the one place that names layers and parameters; engines, probes and checkpoints follow it.
 */
import type { Activation, ActivationName, BatchNormSpec, Parameter, RowNormSpec } from "../spec.ts";

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

/** Lists all modules; those inside a residual block come before the block itself. */
export function eachModule(modules: readonly PlannedModule[]): PlannedModule[] {
  return modules.flatMap((module) =>
    module.kind === "residual" ? [...eachModule(module.modules), module] : [module],
  );
}

/** Lists the linear modules of a plan, in forward order. */
export function linearModules({ modules }: Pick<NetworkPlan, "modules">): LinearModule[] {
  return eachModule(modules).filter((one) => one.kind === "linear");
}

/** Lists the batch norms of a plan, in forward order. */
export function batchNormsOf({ modules }: Pick<NetworkPlan, "modules">): BatchNormModule[] {
  return eachModule(modules).filter(isBatchNorm);
}

export function isBatchNorm(module: PlannedModule): module is BatchNormModule {
  return module.kind === "norm" && module.spec.norm === "batch";
}
