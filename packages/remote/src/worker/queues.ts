/** Which runs this machine can train, as names of queues. */
import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { ENGINE_REVISIONS, type TfjsBackend } from "@ablate/core";
import { folderToStart } from "@ablate/store";
import { PROTOCOL, queueName } from "../wire/protocol.ts";
import type { CoordinatorSeen } from "../wire/worker-wire.ts";
import type { EngineAnswer } from "./engine-process.ts";

const EXTENSION = extname(import.meta.url);
const ENTRY = fileURLToPath(new URL(`./engine-process${EXTENSION}`, import.meta.url));
/** Without it Node would look for the built files. */
const FROM_SOURCE = "--conditions=@ablate/source";
/** Loading an engine takes a second or two, on a busy machine more. */
const LOADING_MS = 60_000;

export class Queues {
  readonly #backend: TfjsBackend | undefined;
  readonly #onMissing: (error: string) => void;
  #names: readonly string[] = [queueName("simd")];
  #isAsked = false;

  /** @param onMissing - hears why runs of tfjs are left to others */
  constructor(backend: TfjsBackend | undefined, onMissing: (error: string) => void) {
    this.#backend = backend;
    this.#onMissing = onMissing;
  }

  /** Those that are known to be trained here. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Finds out whether runs of tfjs are trained here, once somebody has any to hand out. */
  async learn(coordinators: readonly CoordinatorSeen[]): Promise<void> {
    const tfjs = queueName("tfjs");
    const isAsked = coordinators.some(({ queues }) =>
      queues.some((queue) => queue === tfjs || queue.startsWith(`${tfjs}.`)),
    );
    if (!isAsked || this.#isAsked) return;
    this.#isAsked = true;
    const answer = await engineFacts(this.#backend);
    if ("error" in answer) return this.#onMissing(answer.error);
    const { backend, version } = answer;
    this.#names = [...this.#names, tfjs, queueName("tfjs", { backend, version: version ?? "" })];
  }
}

/** Returns what nobody here understands, where there are coordinators and none has runs for these queues. */
export function mismatch(
  coordinators: readonly CoordinatorSeen[],
  names: readonly string[],
): string | null {
  const mine = new Set(names);
  const isUnderstood = coordinators.some(({ queues }) => queues.some((queue) => mine.has(queue)));
  if (coordinators.length === 0 || isUnderstood) return null;
  const here = `protocol ${PROTOCOL}, simd revision ${ENGINE_REVISIONS.simd}`;
  const others = coordinators
    .map(({ host, grid, version }) => `${host} coordinates ${grid} with ablate ${version}`)
    .join(", ");
  return `no grid here speaks to this version: ${here}; ${others}; the same version on both sides trains it`;
}

/** Asks a process of its own, which may be as large as it has to. */
async function engineFacts(backend: TfjsBackend | undefined): Promise<EngineAnswer> {
  const { promise, resolve } = Promise.withResolvers<EngineAnswer>();
  const inherited = process.execArgv.filter((argument) => !argument.startsWith("--inspect"));
  const isThere = EXTENSION === ".js" || inherited.includes(FROM_SOURCE);
  const child = fork(ENTRY, {
    cwd: folderToStart(ENTRY),
    execArgv: isThere ? inherited : [...inherited, FROM_SOURCE],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.on("error", (error) => resolve({ error: error.message }));
  child.on("exit", (code, signal) => resolve({ error: `it ended with ${signal ?? code}` }));
  child.on("message", (answer: EngineAnswer) => resolve(answer));
  child.send({ engine: "tfjs", backend }, () => {});
  const timer = setTimeout(() => {
    resolve({ error: `it was not loaded within ${LOADING_MS / 1000} s` });
  }, LOADING_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
