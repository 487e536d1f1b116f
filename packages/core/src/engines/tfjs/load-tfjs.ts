import * as tf from "@tensorflow/tfjs";
import type { LoadedEngine } from "../engine.ts";
import { EngineError } from "../engine-error.ts";
import type { TfjsBackend } from "../tfjs-backends.ts";
import { loadNativeTensorflow } from "./native-backend.ts";
import { TfjsEngine } from "./tfjs-engine.ts";
import { loadWasmBackend } from "./wasm-backend.ts";

type Started = Pick<LoadedEngine, "version" | "reason"> & { readonly backend: TfjsBackend };

/**
 * Starts TensorFlow.js on `backend`, else on the best one that works; plain JavaScript only if asked for.
 * Backends are a setting of the whole process: one run of this engine at a time.
 *
 * @throws EngineError - the backend asked for does not work, or none does
 */
export async function loadTfjs(backend?: TfjsBackend): Promise<LoadedEngine> {
  tf.enableProdMode();
  const started = await start(backend);
  return {
    engine: "tfjs",
    ...started,
    create: (options) => {
      void tf.setBackend(started.backend); // done when it returns: the backend has been started
      return new TfjsEngine(options);
    },
  };
}

async function start(wish: TfjsBackend | undefined): Promise<Started> {
  if (wish === "cpu") {
    await tf.setBackend("cpu");
    return { backend: "cpu", version: tf.version_core, reason: ASKED_FOR };
  }
  if (wish === "wasm") {
    return { backend: "wasm", version: await startWasm(), reason: ASKED_FOR };
  }
  const { version, problem } = await loadNativeTensorflow();
  if (version !== null) return { backend: "tensorflow", version, reason: null };
  if (wish === "tensorflow") {
    throw new EngineError(`engine tfjs: ${problem}; \`npx pnpm@12 tensorflow\` gets it`);
  }
  return { backend: "wasm", version: await startWasm(), reason: problem };
}

const ASKED_FOR = "asked for";

async function startWasm(): Promise<string> {
  try {
    return await loadWasmBackend();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(`engine tfjs: its WebAssembly backend does not load (${message})`, {
      cause,
    });
  }
}
