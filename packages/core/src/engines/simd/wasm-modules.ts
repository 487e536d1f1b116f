/** The compiled files of `kernels/`, and what the compiler says that they export. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { assetFile } from "@ablate/assets";
import { EngineError } from "../engine.ts";

/** The exports of `kernels/index.ts`, where each is documented, as the compiler typed them; pointers are byte offsets. */
export type Kernels = Awaited<ReturnType<typeof import("../../../dist/kernels.d.ts").instantiate>>;

/** The exports of `kernels/scalar.ts`. */
export type ScalarFunctions = Awaited<
  ReturnType<typeof import("../../../dist/kernels-scalar.d.ts").instantiate>
>;

/** How a module multiplies and adds: by the fused instruction, or by the same bits in plain arithmetic. */
export type Arithmetic = "fused" | "soft";

/** How much of a product stays in registers: as much as fits into many or wide ones, or into sixteen of 128 bits. */
export type Tiles = "wide" | "narrow";

const KERNELS = { fused: "kernels", soft: "kernels-soft" } as const;

/** Reads the bytes of the kernels. */
export function readKernels(arithmetic: Arithmetic): Uint8Array {
  return readFileSync(assetFile(KERNELS[arithmetic]));
}

/** Returns the sha256, hex, of the kernels that this program was built with, on which the bits of a run depend. */
export function kernelsHash(): string {
  return createHash("sha256").update(readKernels("fused")).digest("hex");
}

/** Says whether a module uses nothing that this Node and its processor lack. */
export function isValid(bytes: Uint8Array): boolean {
  requireWebAssembly();
  return WebAssembly.validate(bytes);
}

/** @throws EngineError - this Node has no WebAssembly, or no vectors in it */
export function compile(bytes: Uint8Array): WebAssembly.Module {
  if (isValid(bytes)) return new WebAssembly.Module(bytes);
  throw new EngineError(
    "the kernels need WebAssembly with vectors (SIMD), which this Node or its processor does not have",
  );
}

/** @throws EngineError - there is none */
export function requireWebAssembly(): void {
  if ("WebAssembly" in globalThis) return;
  throw new EngineError(
    "this Node runs without WebAssembly, which all training needs; start it without --jitless",
  );
}

/** Instantiates the kernels over `memory`. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  tiles: Tiles,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // WebAssembly exports carry no TypeScript types; they get them here and below, and nowhere else.
  const kernels = exports as unknown as Kernels;
  kernels.chooseTiles(tiles === "wide" ? 1 : 0);
  return kernels;
}

/** Compiles and instantiates the elementary functions, which bring their memory. */
export function instantiateScalar(): ScalarFunctions {
  const module = compile(readFileSync(assetFile("kernels-scalar")));
  const { exports } = new WebAssembly.Instance(module, {});
  return exports as unknown as ScalarFunctions;
}
