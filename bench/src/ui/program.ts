/** The real program in a pseudo-terminal, its screen as a terminal would show it. */
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { ABLATE, plainEnvironment, type Start } from "./command.ts";

const BEGIN = "\x1b[?2026h";
const QUIET_MS = 60;
const NOTHING_MS = 600;
const PATIENCE_MS = 60_000;

export class Program {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #pty: IPty;
  readonly #started = performance.now();
  readonly #listeners: Set<() => void> = new Set();
  readonly #exited: Promise<void>;
  #tail = "";
  #arrivedAt = 0;
  #shownAt = 0;
  #frames = 0;
  #bytes = 0;

  constructor({ command = ABLATE, args, size, env = {} }: Start) {
    this.#terminal = new xterm.Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
    });
    this.#pty = spawn(command, [...args], {
      cols: size.columns,
      rows: size.rows,
      cwd: tmpdir(),
      env: { ...plainEnvironment(), ...env },
    });
    this.#exited = new Promise((done) => {
      this.#pty.onExit(() => done());
    });
    this.#pty.onData((data) => this.#onData(data));
    this.#terminal.onData((answer) => this.#pty.write(answer));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Synchronized updates so far. */
  get frames(): number {
    return this.#frames;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get screen(): readonly string[] {
    const { active } = this.#terminal.buffer;
    const row = (y: number) => active.getLine(active.baseY + y)?.translateToString(true) ?? "";
    return Array.from({ length: this.#terminal.rows }, (_, y) => row(y));
  }

  /** Milliseconds from the start until the output arrived that made the screen so. */
  async until(
    isThere: (screen: readonly string[]) => boolean,
    patienceMs: number = PATIENCE_MS,
  ): Promise<number> {
    await this.#when(() => isThere(this.screen), patienceMs);
    return this.#shownAt - this.#started;
  }

  /** Milliseconds until the last output that a key causes; null when it draws nothing. */
  async press(key: string): Promise<number | null> {
    const frames = this.#frames;
    const at = performance.now();
    this.#pty.write(key);
    const isDrawn = await this.#when(() => this.#frames > frames, NOTHING_MS).catch(() => null);
    if (isDrawn === null) return null;
    await this.quiet();
    return this.#arrivedAt - at;
  }

  /** Writes a key and waits for one more frame, whatever caused it. */
  async frameAfter(key: string): Promise<void> {
    const frames = this.#frames;
    this.#pty.write(key);
    await this.#when(() => this.#frames > frames);
  }

  /** Until nothing has been written for a moment. */
  async quiet(): Promise<void> {
    for (;;) {
      const left = this.#arrivedAt + QUIET_MS - performance.now();
      if (left <= 0) return;
      await wait(left);
    }
  }

  signal(name: string): void {
    process.kill(this.pid, name);
  }

  /** Milliseconds from the start until it has ended. */
  async exit(): Promise<number> {
    await this.#exited;
    return performance.now() - this.#started;
  }

  /** Quits as a user does; kills what does not hear. */
  async quit(): Promise<void> {
    this.#pty.write("q");
    const late = setTimeout(() => this.#pty.kill("SIGKILL"), 5000);
    await this.#exited;
    clearTimeout(late);
    this.#terminal.dispose();
  }

  #onData(data: string): void {
    const at = performance.now();
    const text = this.#tail + data;
    this.#frames += text.split(BEGIN).length - 1;
    this.#tail = text.slice(-(BEGIN.length - 1));
    this.#bytes += Buffer.byteLength(data);
    this.#arrivedAt = at;
    this.#terminal.write(data, () => {
      this.#shownAt = at;
      for (const listener of this.#listeners) listener();
    });
  }

  async #when(isSo: () => boolean, patienceMs: number = PATIENCE_MS): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((done, fail) => {
      const late = setTimeout(() => {
        this.#listeners.delete(listener);
        fail(new Error(`waited ${patienceMs} ms in vain; the screen:\n${this.screen.join("\n")}`));
      }, patienceMs);
      const listener = (): void => {
        if (!isSo()) return;
        clearTimeout(late);
        this.#listeners.delete(listener);
        done();
      };
      this.#listeners.add(listener);
    });
  }
}
