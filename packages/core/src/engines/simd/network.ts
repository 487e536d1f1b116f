/** A model laid out in memory as modules, and the ways forward and back through them. */
import { eachModule, type NetworkPlan } from "../../model/network-plan.ts";
import { planNetwork } from "../../model/plan-network.ts";
import type { EngineOptions } from "../engine.ts";
import { type Arena, layOutParameters, type Slot } from "./layout.ts";
import { type BatchNorm, isBatchNorm } from "./modules/batch-norm.ts";
import type { Mode, Module, Port, Site } from "./modules/module.ts";
import { makeModules } from "./modules/registry.ts";
import type { Kernels } from "./wasm-modules.ts";

export type Network = {
  readonly kernels: Kernels;
  readonly plan: NetworkPlan;
  /** All parameters, in drawing order. */
  readonly slots: readonly Slot[];
  /** In forward order. */
  readonly modules: readonly Module[];
  readonly norms: readonly BatchNorm[];
  readonly logits: Port;
  /** Tokens of the current examples, int32: `[examples, context]`. */
  readonly tokensAt: number;
  /** Their targets, int32: `[examples]`. */
  readonly targetsAt: number;
  /** Room of crossEntropy for a float32 an example, in whole pairs. */
  readonly sumsAt: number;
};

type Ground = Pick<Site, "kernels" | "memory" | "arena" | "examples" | "masks" | "whenOpen"> &
  Pick<EngineOptions, "model" | "train"> & {
    readonly vocabularySize: number;
    /** Address of the ratios, 4 bytes each. */
    readonly ratios: number;
  };

/** Reserves all that a network needs. */
export function makeNetwork({ model, train, vocabularySize, ratios, ...ground }: Ground): Network {
  const { arena, examples, kernels } = ground;
  const { context } = model;
  const plan = planNetwork(model, vocabularySize);
  const tokensAt = reserveIntegers(arena, examples * context);
  const targetsAt = reserveIntegers(arena, examples);
  const sumsAt = reserveIntegers(arena, examples + 7);
  const slots = layOutParameters(arena, plan.parameters, ratios);
  const byName = new Map(slots.map((slot) => [slot.parameter.name, slot]));
  const slotOf = ({ name }: Slot["parameter"]): Slot => {
    const slot = byName.get(name);
    if (slot === undefined) throw new RangeError(`simd: ${name} is no parameter`);
    return slot;
  };
  const { batchSize } = train;
  const embedding = slotOf(plan.embedding);
  const { rows: V, columns: E } = embedding.value;
  const tiedGradient = model.tie ? arena.matrix(V, E) : null;
  const hasDropout = eachModule(plan.modules).some(({ kind }) => kind === "dropout");
  const sizes = { context, batchSize, hasDropout };
  const site: Site = { ...ground, ...sizes, tokensAt, embedding, tiedGradient, slotOf };
  const modules = makeModules(site, plan);
  const logits = modules.at(-1)?.output;
  if (logits === undefined) throw new RangeError("simd: a model has at least its output layer");
  const norms = modules.filter(isBatchNorm);
  return { kernels, plan, slots, modules, norms, logits, tokensAt, targetsAt, sumsAt };
}

function reserveIntegers(arena: Arena, count: number): number {
  return arena.reserve(count * Int32Array.BYTES_PER_ELEMENT);
}

/** Sends the current examples through the modules from `first` up to `end`. */
export function forward(
  { modules }: Network,
  examples: number,
  mode: Mode,
  { first = 0, end = modules.length }: Part = WHOLE,
): void {
  for (let i = first; i < end; i++) modules[i]?.forward(examples, mode);
}

type Part = { readonly first?: number; readonly end?: number };

const WHOLE: Part = {};

/** What is told of the way back. */
export type BackwardWatch = {
  /** The gradient of what leaves a module is there; the next module may overwrite it. */
  readonly leaving?: (module: Module) => void;
  /** A module has gone back: the gradients of its parameters are there, their values are not needed any more. */
  readonly done?: (module: Module) => void;
};

/** From the gradient of the logits to those of all parameters. */
export function backward({ modules }: Network, examples: number, watch: BackwardWatch): void {
  for (let i = modules.length - 1; i >= 0; i--) {
    const module = modules[i];
    if (module === undefined) continue;
    watch.leaving?.(module);
    module.backward(examples);
    watch.done?.(module);
  }
}

/**
 * Summed cross-entropy of the current examples; leaves the gradient of its mean.
 *
 * @param smoothing - share of each target that goes to all tokens alike
 */
export function crossEntropy(
  {
    kernels,
    targetsAt,
    sumsAt,
    logits,
  }: Pick<Network, "kernels" | "targetsAt" | "sumsAt" | "logits">,
  examples: number,
  smoothing = 0,
): number {
  const { at, columns: V, ld } = logits.value;
  const { at: gradient } = logits.gradient;
  if (smoothing === 0) {
    return kernels.crossEntropy(at, targetsAt, gradient, sumsAt, examples, V, ld);
  }
  // biome-ignore format: as the kernel has them
  return kernels.smoothedCrossEntropy(at, targetsAt, gradient, sumsAt, examples, V, ld, smoothing);
}
