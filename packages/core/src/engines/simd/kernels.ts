import { readFileSync } from "node:fs";

/** The exports of `kernels/index.ts`, where each is documented, as the compiler typed them; pointers are byte offsets. */
export type Kernels = Awaited<ReturnType<typeof import("../../../dist/kernels.d.ts").instantiate>>;

/** How a module multiplies and adds: by the fused instruction, or by the same bits in plain arithmetic. */
export type Arithmetic = "fused" | "soft";

const FILES: Readonly<Record<Arithmetic, URL>> = {
  fused: new URL("../../../dist/kernels.wasm", import.meta.url),
  soft: new URL("../../../dist/kernels-soft.wasm", import.meta.url),
};

const compiled = new Map<Arithmetic, WebAssembly.Module>();

/** Instantiates the kernels over `memory`; a module is compiled once a process. */
export function instantiateKernels(
  memory: WebAssembly.Memory,
  arithmetic: Arithmetic = "fused",
): Kernels {
  const module =
    compiled.get(arithmetic) ?? new WebAssembly.Module(readFileSync(FILES[arithmetic]));
  compiled.set(arithmetic, module);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // WebAssembly exports carry no TypeScript types; this is the one place where they get them.
  return exports as unknown as Kernels;
}
