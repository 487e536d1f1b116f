import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { assetFile } from "@ablate/assets";
import { asLine, shellWord } from "@ablate/text";
import { commandAsCalled } from "../command-line/called.ts";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";

const SCHEMA = assetFile("schema");

export const command: Command = {
  about:
    "Writes a small config in which every key is explained. It trains on names that come with ablate (builtin:names), so that it needs no file of names beside it. The file must not be there yet.",
  options: {
    "with-names": { help: "also write names.txt beside it, and train on that file" },
  },
  examples: [
    ["ablate new my.yaml", "a grid of twelve short runs on the bundled names, to edit"],
    ["ablate new own.yaml --with-names", "the same with a file of names to replace by your own"],
    ["ablate new wide.yaml && ablate plan wide.yaml", "write one, and list its runs"],
  ],
  see: ["docs/config.md", "ablate plan"],
  run: ({ flags, terminal }) => {
    const [file = ""] = flags.positionals;
    const path = resolve(terminal.folder, file);
    const hasNames = flags.has("with-names");
    const command = commandAsCalled(terminal.environment);
    const word = shellWord(file);
    writeNew(file, path, starterConfig(path, { hasNames, command, file: word }));
    const beside = hasNames && writeNames(path) ? ` and ${NAMES} beside it` : "";
    terminal.warn(
      asLine(
        `wrote ${file}${beside}; \`ablate plan ${word}\` lists its runs, \`ablate run ${word}\` trains them`,
      ),
    );
    return 0;
  },
};

const NAMES = "names.txt";

/** Writes the names that come with the program beside a config, unless a file is there already. */
function writeNames(config: string): boolean {
  const path = join(dirname(config), NAMES);
  if (existsSync(path)) return false;
  writeFileSync(path, readFileSync(assetFile("names")), { flag: "wx" });
  return true;
}

/**
 * Returns the comment by which editors find the schema of a config at `path`, with its line end; empty where
 * there is none for long, as in the cache of npx, or none whose path can be written there: it has no way to write a
 * space.
 */
export function schemaComment(path: string): string {
  const schema = relative(dirname(path), SCHEMA);
  return /\s|\/_npx\//.test(schema) ? "" : `# yaml-language-server: $schema=${schema}\n`;
}

function gridName(path: string): string {
  // No name of a grid is longer than 60 characters.
  const plain = basename(path).replace(/\.ya?ml$/, "");
  const safe = plain.replace(/[^A-Za-z0-9._=-]+/g, "-").slice(0, 60);
  return /[A-Za-z0-9]/.test(safe) ? safe : "my-grid";
}

type Starter = {
  readonly hasNames: boolean;
  /** How the command was called, and the file, as a shell takes them. */
  readonly command: string;
  readonly file: string;
};

/** Writes a commented config for a file at `path`, on the names that come with the program. */
function starterConfig(path: string, { hasNames, command, file }: Starter): string {
  const name = gridName(path);
  const data = hasNames
    ? `${NAMES} # one name per line, spaces are part of it; the path is relative to this file`
    : "builtin:names # names that come with ablate; or a path relative to this file, one name per line";
  return `${schemaComment(path)}# One file is one grid of runs. Keys that are not given have their defaults; docs/config.md lists every key.
#
#   ${command} plan ${file}    lists its runs
#   ${command} run ${file}     trains them, a second each; finished runs are not trained again
#   ${command} ui${" ".repeat(file.length + 1)}      shows charts, live

name: "${name}"
description: Does batch norm help, and at which learning rate?

data:
  file: ${data}
  context: 3 # characters that the network sees

model:
  embedding: 10 # size of the vector that represents a character
  hidden: [100] # one hidden layer; [100, 100] is two
  activation: tanh # or relu, gelu, silu, none, ...: docs/config.md lists all

train:
  steps: 2000
  batch_size: 32
  lr: 0.1 # or rates by step: { 0: 0.1, 1000: 0.01 }

# Every combination of these is a run. Any key of model, init and train may vary.
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.1, 0.01] # replaces the rate above

# Runs to leave out; without the # there are nine.
# exclude:
#   - { model.batch_norm: none, train.lr: 0.01 }

seeds: [1, 2, 3] # one run each: what is the same in all of them is not chance
`;
}

/**
 * Writes a new file.
 *
 * @param file - its path as the user wrote it
 * @throws UsageError - if there is a file of this name
 */
export function writeNew(file: string, path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EEXIST") throw cause;
    throw new UsageError(`${file} exists and was not changed; name another file`, { cause });
  }
}
