import { EngineError, type EngineName, type LoadedEngine, type TfjsBackend } from "./engine.ts";
import { kernelFacts } from "./simd/kernels.ts";
import { SimdEngine } from "./simd/simd-engine.ts";
import { isNotInstalled, TFJS_MISSING } from "./tfjs/getting-tfjs.ts";

/** The engine that is there without loading anything. */
export const SIMD: LoadedEngine = {
  engine: "simd",
  backend: "simd",
  get version() {
    return kernelFacts().version;
  },
  get reason() {
    return kernelFacts().reason;
  },
  create: (options) => new SimdEngine(options),
};

/**
 * Loads an engine.
 *
 * @param backend - of `tfjs`, instead of the best one that works
 * @throws EngineError - it does not run here
 */
export async function loadEngine(name: EngineName, backend?: TfjsBackend): Promise<LoadedEngine> {
  if (name === "simd") {
    kernelFacts();
    return SIMD;
  }
  const { loadTfjs } = await import("./tfjs/load-tfjs.ts").catch((cause: unknown) => {
    if (!isNotInstalled(cause)) throw cause;
    throw new EngineError(`engine tfjs: ${TFJS_MISSING}`, { cause });
  });
  return loadTfjs(backend);
}
