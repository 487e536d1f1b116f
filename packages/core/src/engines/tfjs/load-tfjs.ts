import type { EventEmitter } from "node:events";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths, version_wasm as version } from "@tensorflow/tfjs-backend-wasm";
import { EngineError, type LoadedEngine, type TfjsBackend } from "../engine.ts";
import { requireWebAssembly } from "../simd/wasm-modules.ts";
import { isNotInstalled, NATIVE_ADVICE } from "./getting-tfjs.ts";
import { TfjsEngine } from "./tfjs-engine.ts";
import { registerWasmKernels } from "./wasm-kernels.ts";

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
  if (wish === "wasm") return { backend: "wasm", version: await startWasm(), reason: ASKED_FOR };
  const problem = await loadNativeTensorflow();
  if (problem === null) return { backend: "tensorflow", version: libraryVersion(), reason: null };
  if (wish === "tensorflow") {
    throw new EngineError(`engine tfjs: ${problem}; ${NATIVE_ADVICE}`);
  }
  return { backend: "wasm", version: await startWasm(), reason: problem };
}

const ASKED_FOR = "asked for";

/** Starts TensorFlow.js's WebAssembly backend, on one thread; returns its version. */
async function startWasm(): Promise<string> {
  requireWebAssembly();
  try {
    if (tf.getKernel("UnsortedSegmentSum", "wasm") === undefined) {
      registerWasmKernels();
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
      const { resolve } = createRequire(import.meta.url);
      setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
    }
    await withoutHandlersOf(() => tf.setBackend("wasm"));
    return version;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const problem = `its WebAssembly backend does not load (${message})`;
    throw new EngineError(`engine tfjs: ${problem}`, { cause });
  }
}

/** Read by TensorFlow when it is loaded: one thread, the same bits with or without oneDNN, no chatter. */
const SETTINGS = {
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  TF_ENABLE_ONEDNN_OPTS: "0",
  TF_CPP_MIN_LOG_LEVEL: "3",
} as const;

/** Loads `@tensorflow/tfjs-node`, whose backend is then `tensorflow`, or returns why that cannot be had. */
async function loadNativeTensorflow(): Promise<string | null> {
  const cut = cutFile();
  if (cut !== null) return `native TensorFlow is damaged (${cut})`;
  Object.assign(process.env, SETTINGS);
  try {
    await import("@tensorflow/tfjs-node");
    await tf.setBackend("tensorflow");
    return null;
  } catch (error) {
    return describe(error);
  }
}

function libraryVersion(): string {
  const backend: object = tf.backend();
  const binding: unknown = Reflect.get(backend, "binding");
  const version =
    typeof binding === "object" && binding !== null && Reflect.get(binding, "TF_Version");
  return typeof version === "string" ? version : "of unknown version";
}

function describe(error: unknown): string {
  const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
  return line.includes("can not be found at path") || isNotInstalled(error)
    ? "native TensorFlow is not installed"
    : `native TensorFlow does not load (${line.trim()})`;
}

/**
 * Which file of the native part that `pnpm tensorflow` has linked is not as long as its manifest says;
 * null where all are, or where the native part is another's. Loading half a library would end the process.
 */
function cutFile(): string | null {
  const { resolve } = createRequire(import.meta.url);
  try {
    const installed = dirname(resolve("@tensorflow/tfjs-node/package.json"));
    const folder = dirname(realpathSync(join(installed, "lib")));
    const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    const cut = files.find(
      ({ path, size }: { readonly path: string; readonly size?: number }) =>
        size !== undefined &&
        statSync(join(folder, path), { throwIfNoEntry: false })?.size !== size,
    );
    return cut === undefined ? null : join(folder, cut.path);
  } catch {
    return null; // nothing linked: what is wrong is said when it is loaded
  }
}

/** The loader of this backend listens to every error of the process and throws it again: not here. */
async function withoutHandlersOf(load: () => Promise<unknown>): Promise<void> {
  const events: EventEmitter = process;
  const before = HANDLED.map((event) => events.listeners(event));
  await load();
  for (const [i, event] of HANDLED.entries()) {
    for (const listener of events.listeners(event)) {
      if (!before[i]?.includes(listener)) events.off(event, listener as () => void);
    }
  }
}

const HANDLED = ["uncaughtException", "unhandledRejection"] as const;
