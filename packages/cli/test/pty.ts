import { spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import { expect, onTestFinished, vi } from "vitest";
import { COMMAND } from "./make.ts";

/** Lines that the real command writes to a terminal of so many columns. */
export async function inTerminal(
  folder: string,
  columns: number,
  args: readonly string[],
): Promise<readonly string[]> {
  const { output, ended } = onTerminal(folder, columns, args);
  await ended;
  return output().split(/\r?\n/);
}

export type OnTerminal = {
  readonly output: () => string;
  readonly type: (keys: string) => void;
  /** Its exit code. */
  readonly ended: Promise<number>;
};

/**
 * The real command on a terminal that is typed at, without colours unless the environment asks for them.
 *
 * @param environment - variables that it has beside those of this process; undefined: that it lacks
 */
export function onTerminal(
  folder: string,
  columns: number,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): OnTerminal {
  const { ABLATE_STORE: _, NODE_OPTIONS: __, ...env } = process.env;
  const own = { NO_COLOR: "1", TERM: "xterm-256color", ...environment };
  const variables = Object.entries({ ...env, ...own });
  const [program, ...first] = COMMAND;
  const terminal = spawn(program, [...first, ...args], {
    cwd: folder,
    cols: columns,
    rows: 50,
    env: Object.fromEntries(variables.filter(([, value]) => value !== undefined)),
  });
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  return {
    output: () => output,
    type: (keys) => terminal.write(keys),
    ended: new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode))),
  };
}

export type PressedTerminal = {
  /** Sends what keys send. */
  readonly type: (text: string) => void;
  /** Waits until what is on the screen, without white at its ends, is like this. */
  readonly waitFor: (wanted: RegExp) => Promise<void>;
};

/** A program in a pseudo-terminal that shows what a terminal would; goes away with the test. */
export function openTerminal(
  [program = "", ...args]: readonly string[],
  {
    folder,
    environment,
  }: { readonly folder: string; readonly environment: Readonly<Record<string, string>> },
): PressedTerminal {
  const size = { cols: 100, rows: 30 };
  const screen = new headless.Terminal({ ...size, allowProposedApi: true });
  const pty = spawn(program, [...args], { ...size, cwd: folder, env: { ...environment } });
  pty.onData((text) => screen.write(text));
  screen.onData((answer) => pty.write(answer)); // what a terminal answers when it is asked
  const ended = new Promise<void>((resolve) => pty.onExit(() => resolve()));
  onTestFinished(() => {
    pty.kill("SIGKILL");
    return ended;
  });
  return {
    type: (text) => pty.write(text),
    waitFor: (wanted) =>
      vi.waitFor(() => expect(textOf(screen)).toMatch(wanted), { timeout: 100_000, interval: 30 }),
  };
}

function textOf({ buffer: { active }, rows }: headless.Terminal): string {
  const lines = Array.from(
    { length: rows },
    (_, row) =>
      active
        .getLine(active.baseY + row)
        ?.translateToString(true)
        .trimEnd() ?? "",
  );
  return lines.join("\n").trim();
}
