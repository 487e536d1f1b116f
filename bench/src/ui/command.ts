/** What is started, and what it is told of its surroundings. */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

export type Size = { readonly columns: number; readonly rows: number };

export type Start = {
  readonly command?: string;
  readonly args: readonly string[];
  readonly size: Size;
  /** Environment beside the fixed one. */
  readonly env?: Readonly<Record<string, string>>;
};

/** The command, run as users run it from a checkout. */
export const ABLATE: string = fileURLToPath(new URL("../../../ablate", import.meta.url));

/** What a user's terminal sets; nothing that changes how programs draw. */
export function plainEnvironment(): Record<string, string> {
  const { PATH = "", HOME = tmpdir() } = process.env;
  return { PATH, HOME, TMPDIR: tmpdir(), TERM: "xterm-256color", LANG: "C.UTF-8" };
}
