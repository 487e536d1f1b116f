import * as tf from "@tensorflow/tfjs";
import { cutFile } from "./native-files.ts";

/** TensorFlow's own library, or why it cannot be had. */
export type NativeTensorflow =
  | { readonly version: string; readonly problem: null }
  | { readonly version: null; readonly problem: string };

/** Read by TensorFlow when it is loaded: one thread, the same bits with or without oneDNN, no chatter. */
const SETTINGS = {
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  TF_ENABLE_ONEDNN_OPTS: "0",
  TF_CPP_MIN_LOG_LEVEL: "3",
} as const;

/** Loads `@tensorflow/tfjs-node`; its backend is then called `tensorflow`. */
export async function loadNativeTensorflow(): Promise<NativeTensorflow> {
  const cut = cutFile();
  if (cut !== null) return { version: null, problem: `native TensorFlow is damaged (${cut})` };
  Object.assign(process.env, SETTINGS);
  try {
    await import("@tensorflow/tfjs-node");
    await tf.setBackend("tensorflow");
    return { version: libraryVersion(), problem: null };
  } catch (error) {
    return { version: null, problem: describe(error) };
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
  return line.includes("can not be found at path")
    ? "native TensorFlow is not installed"
    : `native TensorFlow does not load (${line.trim()})`;
}
