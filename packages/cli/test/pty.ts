import { spawn } from "@lydell/node-pty";
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

/** The real command on a terminal that is typed at. */
export function onTerminal(folder: string, columns: number, args: readonly string[]): OnTerminal {
  const { ABLATE_STORE: _, NODE_OPTIONS: __, ...env } = process.env;
  const [program, ...first] = COMMAND;
  const terminal = spawn(program, [...first, ...args], {
    cwd: folder,
    cols: columns,
    rows: 50,
    env: { ...env, NO_COLOR: "1", TERM: "xterm-256color" },
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
