/** The real command in a real terminal. */
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type IPty, spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import { expect, onTestFinished, vi } from "vitest";

/** The launcher at the root of the checkout. */
export const ABLATE: string = fileURLToPath(new URL("../../../ablate", import.meta.url));

export type Size = { readonly columns: number; readonly rows: number };

export type TerminalOptions = {
  readonly size?: Size;
  /** Working folder, and home unless the environment says otherwise. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

/** How long a slow machine may take. */
export const PATIENCE: { readonly timeout: number; readonly interval: number } = {
  timeout: 60_000,
  interval: 20,
};

/** What the command sees of this process's environment: nothing that changes how it draws. */
export function environmentAt(
  folder: string,
  more: TerminalOptions["environment"] = {},
): Record<string, string> {
  const all = {
    PATH: process.env.PATH,
    TMPDIR: tmpdir(),
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    HOME: folder,
    HISTFILE: "", // a shell that ends leaves nothing behind
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
    ...more,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** An interactive shell that finds `ablate` on its PATH. */
export async function openShell({ environment, ...options }: TerminalOptions): Promise<Terminal> {
  const path = `${dirname(ABLATE)}:${process.env.PATH}`;
  const shell = new Terminal(["bash", "--norc", "--noprofile", "-i"], {
    ...options,
    environment: { PATH: path, PS1: PROMPT, ...environment },
  });
  await shell.waitFor(PROMPT.trimEnd());
  return shell;
}

const PROMPT = "ready> ";

/** Opens the UI of a store in a terminal and waits for its first frame. */
export async function openUiAt(
  store: string,
  {
    arguments: more = [],
    ...options
  }: Partial<TerminalOptions> & {
    readonly arguments?: readonly string[];
  } = {},
): Promise<Terminal> {
  const terminal = new Terminal([ABLATE, "ui", "--store", store, ...more], {
    folder: dirname(store),
    ...options,
  });
  await vi.waitFor(() => expect(terminal.output).toContain(END_OF_FRAME), PATIENCE);
  await terminal.drawn();
  return terminal;
}

const END_OF_FRAME = "\x1b[?2026l";

/** A program in a pseudo-terminal, and what a terminal shows of it; goes away with the test. */
export class Terminal {
  /** Where it was started. */
  readonly folder: string;
  readonly #pty: IPty;
  readonly #screen: headless.Terminal;
  #output = "";
  #exitCode: number | null = null;

  constructor(
    [file = "", ...args]: readonly string[],
    { size = { columns: 100, rows: 30 }, folder, environment }: TerminalOptions,
  ) {
    const { columns: cols, rows } = size;
    this.folder = folder;
    this.#screen = new headless.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true });
    const env = environmentAt(folder, environment);
    this.#pty = spawn(file, args, { cols, rows, cwd: folder, env, name: env.TERM ?? "dumb" });
    this.#pty.onData((text) => {
      this.#output += text;
      this.#screen.write(text);
    });
    this.#screen.onData((answer) => this.#pty.write(answer)); // what a terminal answers when it is asked
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#exitCode = signal ? 128 + signal : exitCode;
    });
    onTestFinished(async () => {
      if (this.#exitCode === null) this.#pty.kill("SIGKILL");
      await this.exit;
    });
  }

  /** The exit code, when there is one. */
  get exit(): Promise<number> {
    return vi.waitFor(() => {
      if (this.#exitCode === null) throw new Error(`it goes on and shows:\n${this.text}`);
      return this.#exitCode;
    }, PATIENCE);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Everything that was written to the terminal. */
  get output(): string {
    return this.#output;
  }

  /** The visible rows, without what is white at their ends. */
  get screen(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      textAt(active, active.baseY + row),
    );
  }

  /** The screen as one text, without empty rows at its end. */
  get text(): string {
    return this.screen.join("\n").trimEnd();
  }

  /** Every row of the main screen, those that have left it too. */
  get scrollback(): string[] {
    const { normal } = this.#screen.buffer;
    return Array.from({ length: normal.length }, (_, row) => textAt(normal, row));
  }

  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  /** Presses keys, called as in the table of keys. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.type(sequenceOf(key));
  }

  /** Has a shell carry out a line. */
  run(command: string): void {
    this.type(`${command}\r`);
  }

  /** Sends text in one piece. */
  type(text: string): void {
    this.#pty.write(text);
  }

  /** Pastes as terminals do: in brackets where the program has asked for them. */
  paste(text: string): void {
    const { bracketedPasteMode } = this.#screen.modes;
    this.type(bracketedPasteMode ? `\x1b[200~${text}\x1b[201~` : text.replaceAll("\n", "\r"));
  }

  resize(size: Size): void {
    this.reshape(size);
    this.#pty.resize(size.columns, size.rows);
  }

  /** Resizes what is seen; the program is not told yet. */
  reshape({ columns, rows }: Size): void {
    this.#screen.resize(columns, rows);
  }

  /** Waits until everything that has arrived is on the screen. */
  drawn(): Promise<void> {
    return new Promise((done) => this.#screen.write("", done));
  }

  /** Waits until a text is on the screen. */
  async waitFor(wanted: string | RegExp, timeout: number = PATIENCE.timeout): Promise<void> {
    await vi.waitFor(() => expect(this.text).toMatch(wanted), { ...PATIENCE, timeout });
    await this.drawn();
  }

  /** Waits until a text is gone from the screen. */
  async waitWithout(unwanted: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.text).not.toMatch(unwanted), PATIENCE);
  }
}

/** What a terminal sends for a key. */
export function sequenceOf(key: string): string {
  return SEQUENCES.get(key) ?? key;
}

const CODES = { press: 0, release: 0, drag: 32, move: 35, up: 64, down: 65, right: 2 } as const;

/** What a terminal sends of its mouse, at a cell; `more` are the bits of shift (4), alt (8) and ctrl (16). */
export function mouse(
  kind: keyof typeof CODES,
  {
    column,
    row,
    more = 0,
  }: { readonly column: number; readonly row: number; readonly more?: number },
): string {
  return `\x1b[<${CODES[kind] + more};${column + 1};${row + 1}${kind === "release" ? "m" : "M"}`;
}

/** Returns the cell where a text begins on the screen. */
export function placeOf(
  ui: Terminal,
  text: string,
): { readonly column: number; readonly row: number } {
  const row = ui.screen.findIndex((line) => line.includes(text));
  expect(row, `"${text}" on the screen`).toBeGreaterThanOrEqual(0);
  return { column: ui.screen[row]?.indexOf(text) ?? 0, row };
}

/** Clicks on a text on the screen. */
export function clickOn(ui: Terminal, text: string, by = 1): void {
  const { column, row } = placeOf(ui, text);
  const at = { column: column + by, row };
  ui.type(mouse("press", at) + mouse("release", at));
}

type Buffer = headless.Terminal["buffer"]["active"];

function textAt(buffer: Buffer, row: number): string {
  return buffer.getLine(row)?.translateToString(true).trimEnd() ?? "";
}

const SEQUENCES: ReadonlyMap<string, string> = new Map([
  ["up", "\x1b[A"],
  ["down", "\x1b[B"],
  ["right", "\x1b[C"],
  ["left", "\x1b[D"],
  ["shift-right", "\x1b[1;2C"],
  ["shift-left", "\x1b[1;2D"],
  ["home", "\x1b[H"],
  ["end", "\x1b[F"],
  ["pageup", "\x1b[5~"],
  ["pagedown", "\x1b[6~"],
  ["delete", "\x1b[3~"],
  ["enter", "\r"],
  ["tab", "\t"],
  ["shift-tab", "\x1b[Z"],
  ["escape", "\x1b"],
  ["backspace", "\x7f"],
  ...[..."abcefuwxz"].map((letter): [string, string] => [
    `ctrl-${letter}`,
    String.fromCharCode(letter.charCodeAt(0) - 96),
  ]),
]);
