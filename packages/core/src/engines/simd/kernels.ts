import { readFileSync } from "node:fs";

/** The exports of `kernels/index.ts`, where each is documented, as the compiler typed them; pointers are byte offsets. */
export type Kernels = Awaited<ReturnType<typeof import("../../../dist/kernels.d.ts").instantiate>>;

const KERNELS_FILE = new URL("../../../dist/kernels.wasm", import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** Instantiates the kernels over `memory`; the module is compiled once a process. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(KERNELS_FILE));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  // WebAssembly exports carry no TypeScript types; this is the one place where they get them.
  return exports as unknown as Kernels;
}
