/** Processes of a measurement: `ablate` with its events, and a pool of simulated workers. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cpuSeconds } from "../cpu-time.ts";
import { ABLATE } from "../ui/command.ts";
import type { PoolOrder, PoolTally } from "./simulated-pool.ts";

const POOL = fileURLToPath(new URL("./simulated-pool.ts", import.meta.url));

/** An event of `--json`, and when it came. */
export type Event = Readonly<Record<string, unknown>> & {
  readonly event: string;
  readonly atMs: number;
};

export class Ablate {
  readonly events: Event[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #stderr = "";
  #hear: () => void = () => {};

  /** @param args - of a command that has `--json`, which is added */
  constructor(args: readonly string[], { cwd }: { readonly cwd: string }) {
    const child = spawn(ABLATE, [...args, "--json"], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#exited = once(child, "exit").then(() => this.#hear());
    createInterface(child.stdout).on("line", (line) => {
      this.events.push({ ...JSON.parse(line), atMs: performance.now() });
      this.#hear();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Of the process itself, without those that it has forked. */
  get cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("ablate was not started");
    return pid;
  }

  /** Returns the first event that is as wanted, now or later. @throws Error - it has ended without */
  async until(isWanted: (event: Event) => boolean): Promise<Event> {
    for (let seen = 0; ; ) {
      const found = this.events.slice(seen).find(isWanted);
      if (found !== undefined) return found;
      seen = this.events.length;
      if (this.#hasExited) throw new Error(`ablate ended too early: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
      });
    }
  }

  async end(signal: NodeJS.Signals | null = null): Promise<void> {
    if (signal !== null && !this.#hasExited) this.#child.kill(signal);
    await this.#exited;
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

export class SimulatedPool {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when all of them are there. */
  static async start(order: PoolOrder): Promise<SimulatedPool> {
    const child = fork(POOL, [], { serialization: "advanced" });
    child.send(order);
    const ended = once(child, "exit").then(() => "ended");
    const said = await Promise.race([once(child, "message").then(([what]) => what), ended]);
    if (said !== "ready") throw new Error("the simulated workers do not start");
    return new SimulatedPool(child);
  }

  async tally(): Promise<PoolTally> {
    const said = once(this.#child, "message");
    this.#child.send("tally");
    const [tally] = await said;
    return tally;
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}
