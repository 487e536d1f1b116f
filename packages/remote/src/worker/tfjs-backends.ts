/** Asks a process of its own which backends of tfjs work here: it may be as large as it has to. */
import { fork } from "node:child_process";
import { entryFile, optionsOfNode } from "@ablate/assets";
import type { TfjsBackend } from "@ablate/core";
import { folderToStart } from "@ablate/store";
import type { BackendAnswer, BackendQuestion } from "./engine-process.ts";

const ENTRY = entryFile("engine-process");
/** Loading takes a second or two, on a busy machine more. */
const LOADING_MS = 60_000;

/** @param backend - the only one that may be used; all unless given */
export async function tfjsBackends(backend: TfjsBackend | undefined): Promise<BackendAnswer> {
  const { promise, resolve } = Promise.withResolvers<BackendAnswer>();
  const none = (error: string): void => resolve({ backends: [], error });
  const child = fork(ENTRY, {
    cwd: folderToStart(ENTRY),
    execArgv: optionsOfNode(),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.on("error", (error) => none(error.message));
  child.on("exit", (code, signal) =>
    none(`the process that loads it ended with ${signal ?? code}`),
  );
  child.on("message", (answer: BackendAnswer) => resolve(answer));
  const question: BackendQuestion = { backend };
  child.send(question, () => {});
  const timer = setTimeout(
    () => none(`it was not loaded within ${LOADING_MS / 1000} s`),
    LOADING_MS,
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
