import { type Arithmetic, compile, instantiate, type Kernels, readKernels } from "./modules.ts";

export type { Arithmetic, Kernels } from "./modules.ts";

const compiled = new Map<Arithmetic, WebAssembly.Module>();

/** Instantiates the kernels over `memory`; a module is compiled once a process. */
export function instantiateKernels(
  memory: WebAssembly.Memory,
  arithmetic: Arithmetic = "fused",
): Kernels {
  const module = compiled.get(arithmetic) ?? compile(readKernels(arithmetic));
  compiled.set(arithmetic, module);
  return instantiate(module, memory);
}
