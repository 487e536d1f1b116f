/** To one worker process, which is kept from run to run. */
import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  CoordinatorMessage,
  DataMessage,
  TrainMessage,
  WorkerMessage,
} from "../train/messages.ts";

const EXTENSION = extname(import.meta.url);
const ENTRY = fileURLToPath(new URL(`../worker/worker-process${EXTENSION}`, import.meta.url));
/** Without it Node would look for what is built. */
const FROM_SOURCE = "--conditions=@ablate/source";
/** Of what a worker writes to stderr, so much of the end is kept. */
const TAIL = 4096;

type Listener = {
  readonly onMessage: (message: WorkerMessage) => void;
  /** The process is gone, and everything it said was heard. */
  readonly onGone: (cause: string) => void;
};

const DEAF: Listener = { onMessage: () => {}, onGone: () => {} };

export class WorkerLine {
  readonly #child: ChildProcess;
  readonly #sent = new Set<string>();
  #isGone = false;
  #listener: Listener = DEAF;
  #beats = 0;

  constructor() {
    const child = fork(ENTRY, [String(process.pid)], {
      serialization: "advanced",
      execArgv: execArgv(),
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
    });
    this.#child = child;
    child.on("message", (message) => {
      this.#beats += 1;
      if (isWorkerMessage(message)) this.#listener.onMessage(message);
    });
    child.stdio[4]?.on("data", () => {
      this.#beats += 1;
    });
    whenGone(child, (cause) => {
      this.#isGone = true;
      this.#listener.onGone(cause);
    });
  }

  /** Whether it can take a run. */
  get isAlive(): boolean {
    return !this.#isGone && this.#child.connected;
  }

  /** Grows with every sign of life. */
  get beats(): number {
    return this.#beats;
  }

  /** Takes the place of the listener before. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /** What is sent to a process that has just died is lost; `onGone` tells. */
  send(message: CoordinatorMessage): void {
    this.#child.send(message, () => {});
  }

  /** Hands over a run, and before it the names file where this worker does not have it yet. */
  train(message: TrainMessage, data: Uint8Array): void {
    const { dataHash } = message;
    if (!this.#sent.has(dataHash)) {
      this.#sent.add(dataHash);
      this.send({ type: "data", data, dataHash } satisfies DataMessage);
    }
    this.send(message);
  }

  /** Ends the process at once, stopped or not, and hears no more of it. */
  kill(): void {
    this.#isGone = true;
    this.#listener = DEAF;
    this.#child.kill("SIGKILL");
  }
}

/** As this process was started, without what belongs to it alone. */
function execArgv(): string[] {
  const inherited = process.execArgv.filter((argument) => !argument.startsWith("--inspect"));
  const isThere = EXTENSION === ".js" || inherited.includes(FROM_SOURCE);
  return isThere ? inherited : [...inherited, FROM_SOURCE];
}

/** A message may still be in the channel when its sender has exited: both ends have to be over. */
function whenGone(child: ChildProcess, onGone: (cause: string) => void): void {
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL);
  });
  let isOpen = true;
  let cause: string | null = null;
  const settle = (): void => {
    if (cause !== null && !isOpen) onGone(cause);
  };
  child.on("disconnect", () => {
    isOpen = false;
    settle();
  });
  child.on("exit", (code, signal) => {
    cause = `${signal ?? `exit code ${code}`}${lastWords(tail)}`;
    isOpen = child.connected;
    settle();
  });
  child.on("error", ({ message }) => {
    if (child.pid === undefined) onGone(message);
  });
}

/** The line in which Node says what went wrong, as running out of memory. */
function lastWords(stderr: string): string {
  const line = stderr.split("\n").find((text) => /^(FATAL ERROR|\w*Error)\b/.test(text));
  return line === undefined ? "" : ` (${line})`;
}

function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === "object" && message !== null && "type" in message;
}
