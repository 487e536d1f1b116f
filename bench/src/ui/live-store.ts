/** A store that another process writes to, at a pace that can be changed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Pace = { readonly runs: number; readonly each: number };

export class LiveStore {
  readonly path: string;
  /** Names of its running runs. */
  readonly runs: readonly string[];
  readonly #writer: ChildProcess;

  private constructor(path: string, runs: readonly string[], writer: ChildProcess) {
    this.path = path;
    this.runs = runs;
    this.#writer = writer;
  }

  /** Waits until the history is written; nothing grows before a pace is set. */
  static async start(path: string, steps: number): Promise<LiveStore> {
    const script = fileURLToPath(new URL("live-writer.ts", import.meta.url));
    const args = ["--conditions=@ablate/source", script, path, String(steps)];
    const writer = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const runs = await Promise.race([
      once(writer.stdout, "data").then(([data]) => JSON.parse(String(data))),
      once(writer, "exit").then(() => null),
    ]);
    if (runs === null) throw new Error("the process that writes has ended");
    return new LiveStore(path, runs, writer);
  }

  /** From now on the first `runs` runs get `each` steps, ten times a second. */
  pace({ runs, each }: Pace): void {
    this.#writer.stdin?.write(`${runs} ${each}\n`);
  }

  async stop(): Promise<void> {
    const exited = once(this.#writer, "exit");
    this.#writer.stdin?.end();
    await exited;
  }
}
