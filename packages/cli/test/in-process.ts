/** The command without a process of its own, where it is asked the same many times. */
import { main } from "../src/command-line/dispatch.ts";
import type { Ended } from "./make.ts";

/** Runs a command line in `folder` as the entry does, and keeps what it prints. */
export async function ablateHere(folder: string, ...args: readonly string[]): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const plain = (_style: string, text: string): string => text;
  const write = (text: string): void => {
    said.stdout += text;
  };
  const status = await main(args, {
    write,
    pour: async (text) => {
      write(text);
      return true;
    },
    note: (text) => {
      said.stderr += text;
    },
    paint: plain,
    paintNote: plain,
    rewrites: false,
    columns: () => 80,
    rows: () => 24,
    outputColumns: () => null,
    folder,
    environment: { NO_COLOR: "1" },
  });
  return { status, ...said };
}
