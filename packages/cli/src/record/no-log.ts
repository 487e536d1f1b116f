/** Files that are named where logs belong, and are plainly none: scripts and configs. */
import { basename, extname } from "node:path";
import { shellWord } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/** What runs a script of each ending. */
const RUNS: Readonly<Record<string, string>> = {
  ".py": "python",
  ".sh": "sh",
  ".js": "node",
  ".mjs": "node",
  ".ts": "node",
};

/** @throws UsageError - if a file is a script or a config by its name, whose lines a reader of text would take for a log's */
export function refuseNoLog(file: string): void {
  const ending = extname(file).toLowerCase();
  const name = basename(file);
  const word = shellWord(file);
  const program = RUNS[ending];
  if (program !== undefined) {
    throw new UsageError(
      `${name} is a script; run \`${program} ${word}\`, then \`ablate ui runs/\`, the folder that it records into`,
    );
  }
  if (ending === ".ipynb") {
    throw new UsageError(
      `${name} is a notebook; run it, then \`ablate ui runs/\`, the folder that it records into`,
    );
  }
  if (ending === ".yaml" || ending === ".yml") {
    throw new UsageError(
      `${name} is a config; \`ablate run ${word}\` trains it, then \`ablate ui\``,
    );
  }
}
