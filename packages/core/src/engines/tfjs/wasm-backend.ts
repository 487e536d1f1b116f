import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths, version_wasm as version } from "@tensorflow/tfjs-backend-wasm";
import { registerWasmKernels } from "./wasm-kernels.ts";

/** Loads TensorFlow.js's WebAssembly backend, on one thread; returns its version. */
export async function loadWasmBackend(): Promise<string> {
  if (tf.getKernel("UnsortedSegmentSum", "wasm") === undefined) {
    registerWasmKernels();
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    const { resolve } = createRequire(import.meta.url);
    setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  }
  await withoutHandlersOf(() => tf.setBackend("wasm"));
  return version;
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
