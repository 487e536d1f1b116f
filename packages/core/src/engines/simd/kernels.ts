/** The one place where the rest of the engine gets its kernels. */
import type { EngineFacts } from "../engine.ts";
import { type ChosenKernels, chooseKernels, type MemoryKind } from "./choose-kernels.ts";
import { kernelWishes } from "./kernel-wish.ts";
import { instantiate, type Kernels } from "./wasm-modules.ts";

export type { Kernels } from "./wasm-modules.ts";

const chosen = new Map<MemoryKind, ChosenKernels>();

/**
 * Chooses, compiles and tests the kernels for memory of a kind, once a process.
 *
 * @throws EngineError - there are none here, or the environment asks for some that do not exist
 */
export function chosenKernels(kind: MemoryKind): ChosenKernels {
  const kernels = chosen.get(kind) ?? chooseKernels(kernelWishes(process.env), kind);
  chosen.set(kind, kernels);
  return kernels;
}

/** Returns which kernels train in this process. */
export function kernelFacts(): Pick<EngineFacts, "version" | "reason"> {
  return chosenKernels("own").facts;
}

/** Instantiates the kernels over `memory`. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  const { module, tiles } = chosenKernels("own");
  return instantiate(module, memory, tiles);
}
