/** A line to one worker process of this machine, which is started when it is first needed and again when it has died. */
import { type ChildProcess, fork } from "node:child_process";
import { entryFile, optionsOfNode } from "@ablate/assets";
import type { NameLists } from "@ablate/core";
import { folderToStart } from "@ablate/store";
import type { CoordinatorMessage, TrainMessage, WorkerMessage } from "../train/messages.ts";
import type { Line, LineListener } from "./line.ts";

const ENTRY = entryFile("worker-process");
/** The descriptor of signs of life, after stdio and the channel. */
const BEAT_PIPE = 4;
/** Characters kept from the end of a worker's stderr: a fatal error of Node and its stack fit in. */
const TAIL = 4096;

type Listener = Pick<LineListener, "onMessage" | "onGone">;

const DEAF: Listener = { onMessage: () => {}, onGone: () => {} };

type Worker = { readonly child: ChildProcess; readonly knownFiles: Set<string> };

export class ForkedLine implements Line {
  /** A process begins at once. */
  readonly isWaiting = false;
  #worker: Worker | null = null;
  #listener: Listener = DEAF;
  #beats = 0;

  /** Grows with every sign of life. */
  get beats(): number {
    return this.#beats;
  }

  /** Replaces the previous listener. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /** Sends to the running process; what a process that has just died is sent is lost, `onGone` tells. */
  send(message: CoordinatorMessage): void {
    const child = this.#worker?.child;
    if (child?.connected) child.send(message, () => {});
  }

  /** Starts the process, so that the first run does not wait for it. */
  prepare(): void {
    this.#worker ??= this.#start();
  }

  /** Hands over a run, and before it the names where this worker does not have it yet. */
  train(message: TrainMessage, data: NameLists): void {
    if (!this.#worker?.child.connected) this.#worker = this.#start();
    const { knownFiles } = this.#worker;
    const { dataHash } = message;
    if (!knownFiles.has(dataHash)) {
      knownFiles.add(dataHash);
      this.send({ type: "data", data, dataHash });
    }
    this.send(message);
  }

  /** Ends the process at once, stopped or not, and hears no more of it. */
  kill(): void {
    this.#listener = DEAF;
    this.#worker?.child.kill("SIGKILL");
    this.#worker = null;
  }

  settle(): void {
    this.send({ type: "ack" });
  }

  /** Does nothing: a process begins at once with what it is handed. */
  withdraw(): void {}

  #start(): Worker {
    const child = fork(ENTRY, [String(process.pid)], {
      cwd: folderToStart(ENTRY),
      serialization: "advanced",
      execArgv: optionsOfNode(),
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
    });
    const worker = { child, knownFiles: new Set<string>() };
    const isCurrent = (): boolean => this.#worker === worker;
    child.on("message", (message) => {
      if (!isCurrent()) return;
      this.#beats += 1;
      if (isWorkerMessage(message)) this.#listener.onMessage(message);
    });
    whenGone(child, (cause) => {
      if (!isCurrent()) return;
      this.#worker = null;
      this.#listener.onGone(cause);
    });
    if (child.pid === undefined) return worker; // which `whenGone` hears of; it has no pipes
    child.stdio[BEAT_PIPE]?.on("data", () => {
      if (isCurrent()) this.#beats += 1;
    });
    return worker;
  }
}

/** Waits for both ends: a message may still be in the channel when its sender has exited. */
function whenGone(child: ChildProcess, onGone: (cause: string) => void): void {
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL);
  });
  let cause: string | null = null;
  const settle = (): void => {
    if (cause !== null && !child.connected) onGone(cause);
  };
  child.on("disconnect", settle);
  child.on("exit", (code, signal) => {
    cause = `${signal ?? `exit code ${code}`}${lastError(tail)}`;
    settle();
  });
  child.on("error", (error) => {
    if (child.pid === undefined) onGone(`it cannot be started: ${whyNotStarted(error)}`);
  });
}

/** What the system lacks for another process, by the code of its error. */
const LACKING: Readonly<Record<string, string>> = {
  EMFILE: "too many files are open; raise the limit (ulimit -n) or give fewer --workers",
  ENFILE: "too many files are open on this machine; give fewer --workers",
  EAGAIN: "no more processes are allowed; raise the limit (ulimit -u) or give fewer --workers",
  ENOMEM: "no memory is left for it; give fewer --workers",
};

function whyNotStarted(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  return LACKING[code] ?? error.message;
}

/** Returns the line in which Node says what went wrong, such as running out of memory. */
function lastError(stderr: string): string {
  const line = stderr.split("\n").find((text) => /^(FATAL ERROR|\w*Error)\b/.test(text));
  return line === undefined ? "" : ` (${line})`;
}

function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === "object" && message !== null && "type" in message;
}
