import * as tf from "@tensorflow/tfjs";
import { test } from "vitest";
import { loadTfjs } from "../src/engines/tfjs/load-tfjs.ts";
import { EngineError, type LoadedEngine } from "../src/index.ts";

/** The engine tfjs on every backend that works here: native TensorFlow, where it is installed, and WebAssembly. */
export async function loadBackends(): Promise<[string, LoadedEngine][]> {
  const native = await loadTfjs("tensorflow").catch((error: unknown) => {
    if (error instanceof EngineError) return error;
    throw error;
  });
  const wasm: [string, LoadedEngine] = ["wasm", await loadTfjs("wasm")];
  if (!(native instanceof EngineError)) return [["tensorflow", native], wasm];
  test.skip(`${native.message}, so tfjs is tested on WebAssembly only`, () => {});
  return [wasm];
}

/** Makes a backend that has been started the one in use. */
export function useBackend(name: string): void {
  void tf.setBackend(name);
}
