/** One start of `ablate run`, and what is done to it until it ends. */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { workersOf } from "@ablate/runner/test/processes";
import { COMMAND } from "../make.ts";

/** Whom it hits. */
export type Victim = "worker" | "coordinator" | "both";

export type Blow = {
  readonly victim: Victim;
  /** After so many events, and then so many milliseconds. */
  readonly events: number;
  readonly ms: number;
};

/** What it hit, and the last that was heard before. */
export type Hit = { readonly victim: Victim; readonly after: string };

export type Life = {
  readonly code: number | null;
  readonly hits: readonly Hit[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly errors: string;
};

/** Two workers; so many of them may be killed over one run. */
const OPTIONS = ["--workers", "2", "--max-retries", "20"];

const KILLED = new Set<Victim>(["coordinator", "both"]);

/** Starts the command and deals blows in their order, as long as it lives. */
export async function live(
  folder: string,
  { config, store, blows }: { config: string; store: string; blows: readonly Blow[] },
): Promise<Life> {
  const [node, ...main] = COMMAND;
  const command = [...main, "run", config, "--store", store, "--json", ...OPTIONS];
  const child = spawn(node, command, { cwd: folder, env: environment() });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const heard = new Heard();
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => heard.add(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const hits: Hit[] = [];
  for (const { victim, events, ms } of blows) {
    await Promise.race([heard.count(events), ended]);
    await Promise.race([pause(ms), ended]);
    if (child.exitCode !== null || child.pid === undefined) break;
    const after = heard.last;
    const workers = victim === "coordinator" ? [] : workersOf(child.pid);
    if (victim === "worker") workers.splice(1);
    if (KILLED.has(victim)) child.kill("SIGKILL");
    const dead = workers.filter(kill);
    if (dead.length > 0 || KILLED.has(victim)) hits.push({ victim, after });
    if (KILLED.has(victim)) break;
  }
  return { code: await ended, hits, events: heard.events, errors };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** What the command has said so far, event by event. */
class Heard {
  readonly events: Readonly<Record<string, unknown>>[] = [];
  #rest = "";
  #wanted = Number.POSITIVE_INFINITY;
  #reached = (): void => {};

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.events.push(JSON.parse(line));
    if (this.events.length >= this.#wanted) this.#reached();
  }

  /** The name of the last event. */
  get last(): string {
    return String(this.events.at(-1)?.event ?? "nothing");
  }

  /** Resolves when so many events were heard. */
  count(wanted: number): Promise<void> {
    if (this.events.length >= wanted) return Promise.resolve();
    this.#wanted = wanted;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }
}

function environment(): NodeJS.ProcessEnv {
  const { ABLATE_STORE: _, NODE_OPTIONS: __, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
}
