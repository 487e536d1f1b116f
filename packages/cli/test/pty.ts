import { spawn } from "@lydell/node-pty";
import { COMMAND } from "./make.ts";

/** Lines that the real command writes to a terminal of so many columns. */
export function inTerminal(
  folder: string,
  columns: number,
  args: readonly string[],
): Promise<readonly string[]> {
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
  return new Promise((resolve) => terminal.onExit(() => resolve(output.split(/\r?\n/))));
}
