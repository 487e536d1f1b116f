/** The one place where the rest of the engine gets its kernels. */
import type { EngineFacts } from "../engine.ts";
import { type ChosenKernels, chooseKernels } from "./choose-kernels.ts";
import { kernelWishes } from "./kernel-wish.ts";
import { instantiate, type Kernels, type Tiles } from "./modules.ts";

export type { Kernels } from "./modules.ts";

let chosen: ChosenKernels | undefined;

/**
 * Chooses and compiles the kernels, once a process.
 *
 * @throws EngineError - there is no WebAssembly here, or the environment asks for kernels that do not exist
 */
function prepare(): ChosenKernels {
  chosen ??= chooseKernels(kernelWishes(process.env));
  return chosen;
}

/** Returns which kernels train in this process. */
export function kernelFacts(): Pick<EngineFacts, "version" | "reason"> {
  return prepare().facts;
}

/** Returns the tiles that are fastest here. */
export function kernelTiles(): Tiles {
  return prepare().tiles;
}

/** Instantiates the kernels over `memory`. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  const { module, tiles } = prepare();
  return instantiate(module, memory, tiles);
}
