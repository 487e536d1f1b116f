/** A command that is started again when it has died, as systemd, Slurm or Kubernetes would. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { isRunning, stateOf, workersOf } from "@ablate/runner/test/processes";
import { COMMAND } from "../make.ts";

const TRY_AGAIN_MS = 500;

export type Said = { readonly at: number; readonly line: string };

/** Whoever ends the rounds ends what they have started. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export class Kept {
  readonly #command: readonly string[];
  readonly #place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  readonly #lines: Said[] = [];
  readonly #forks = new Set<number>();
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #rest = "";
  #onLine = (): void => {};
  #isWanted = false;
  #saidBefore = 0;
  errors = "";
  starts = 0;

  constructor(command: readonly string[], cwd: string) {
    const { ABLATE_STORE: _, ABLATE_ON: __, NODE_OPTIONS: ___, ...env } = process.env;
    this.#command = command;
    this.#place = { cwd, env: { ...env, NO_COLOR: "1" } };
  }

  /** What it has printed in all its lives. */
  get lines(): readonly Said[] {
    return this.#lines;
  }

  get isAlive(): boolean {
    return this.#child !== null;
  }

  /** Resolves with the exit code of this life; null: killed, or never started. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  start(): void {
    this.#isWanted = true;
    if (this.#child !== null) return;
    const [node, ...main] = COMMAND;
    const child = spawn(node, [...main, ...this.#command], this.#place);
    this.#child = child;
    alive.add(child);
    this.#rest = "";
    this.#saidBefore = this.errors.length;
    this.starts += 1;
    child.stdout.on("data", (chunk: Buffer) => this.#hear(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.#ended = new Promise((resolve) => {
      child.once("close", (code) => {
        this.#child = null;
        alive.delete(child);
        this.#onLine();
        const isAnotherTry = this.#isWanted && this.#cannotBegin(code);
        if (isAnotherTry) setTimeout(() => this.#isWanted && this.start(), TRY_AGAIN_MS);
        resolve(isAnotherTry ? null : code);
      });
    });
  }

  /** Who finds no database at the start, or no room, says so and ends; what started it does so again. */
  #cannotBegin(code: number | null): boolean {
    return (
      code === 2 &&
      /^ablate: (postgres:|cannot write to).*\n$/m.test(this.errors.slice(this.#saidBefore))
    );
  }

  /** Resolves when it has printed so many lines more, or after so many milliseconds. */
  async hear(more: number, patienceMs: number): Promise<void> {
    const wanted = this.#lines.length + more;
    const heard = new Promise<void>((resolve) => {
      this.#onLine = () => {
        if (this.#lines.length >= wanted) resolve();
      };
      this.#onLine();
    });
    await Promise.race([heard, pause(patienceMs)]);
  }

  /** Sends a signal to it alone; resolves with the exit code where it ends by that. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    this.#isWanted = false;
    this.#noteForks();
    this.#child?.kill(signal);
    return this.#ended;
  }

  /** Kills what it has forked and not itself; false: it has no such process now. */
  killForks(): boolean {
    const forks = this.#noteForks();
    for (const pid of forks) signalTo(pid, "SIGKILL");
    return forks.length > 0;
  }

  /** Stops it and what it has forked where they stand. */
  halt(): void {
    for (const pid of [...this.#pids(), ...this.#noteForks()]) signalTo(pid, "SIGSTOP");
  }

  resume(): void {
    for (const pid of [...this.#pids(), ...this.#forks]) {
      if (stateOf(pid).startsWith("T")) signalTo(pid, "SIGCONT");
    }
  }

  /** Processes that it had forked by the time it was killed or stopped, and that are still there. */
  orphans(): readonly number[] {
    return [...this.#forks].filter(isRunning);
  }

  #pids(): number[] {
    return this.#child?.pid === undefined ? [] : [this.#child.pid];
  }

  #noteForks(): number[] {
    const forks = this.#pids().flatMap(workersOf);
    for (const pid of forks) this.#forks.add(pid);
    return forks;
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    const at = performance.now();
    for (const line of lines) this.#lines.push({ at, line });
    this.#onLine();
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
