import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { assetFile } from "@ablate/assets";
import { asLine, literalPath } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";

const DATA = assetFile("names");
const SCHEMA = assetFile("schema");

export const command: Command = {
  about: "Writes a small config in which every key is explained. The file must not be there yet.",
  options: {},
  examples: [
    ["ablate new my.yaml", "a grid of four short runs on the bundled names, to edit"],
    ["ablate new wide.yaml && ablate plan wide.yaml", "write one, and list its runs"],
  ],
  see: ["docs/config.md", "ablate plan"],
  run: ({ flags, terminal }) => {
    const [file = ""] = flags.positionals;
    const path = resolve(terminal.folder, file);
    writeNew(file, path, starterConfig(path));
    terminal.warn(
      asLine(
        `wrote ${file}; \`ablate plan ${file}\` shows its runs, \`ablate run ${file}\` trains them`,
      ),
    );
    return 0;
  },
};

/**
 * Returns the comment by which editors find the schema of a config at `path`, with its line end; empty where
 * there is no schema, or none whose path can be written there: it has no way to write a space.
 */
export function schemaComment(path: string): string {
  const schema = pathFrom(path, SCHEMA);
  return /\s/.test(schema) || !existsSync(SCHEMA)
    ? ""
    : `# yaml-language-server: $schema=${schema}\n`;
}

/** Returns the path of `target` from the folder of a file, by names alone: so configs read it. */
function pathFrom(file: string, target: string): string {
  return relative(dirname(file), target);
}

function gridName(path: string): string {
  // No name of a grid is longer than 60 characters.
  const plain = basename(path).replace(/\.ya?ml$/, "");
  const safe = plain.replace(/[^A-Za-z0-9._=-]+/g, "-").slice(0, 60);
  return /[A-Za-z0-9]/.test(safe) ? safe : "my-grid";
}

/** Writes a commented config for a file at `path`, on the names that come with the program. */
function starterConfig(path: string): string {
  const name = gridName(path);
  const data = JSON.stringify(literalPath(pathFrom(path, DATA)));
  return `${schemaComment(path)}# One file is one grid of runs. What is not said here has its default: docs/config.md lists every key.
#
#   ablate plan FILE    which runs this is
#   ablate run FILE     trains them, a second each; what is done is not trained again
#   ablate ui           charts, live

name: "${name}"
description: Does batch norm help, and at which learning rate?

data:
  file: ${data} # one name per line, spaces are part of it; the path is relative to this file
  context: 3 # characters that the network sees

model:
  embedding: 10 # size of the vector that represents a character
  hidden: [100] # one hidden layer; [100, 100] is two
  activation: tanh # or relu, none

train:
  steps: 2000
  batch_size: 32
  lr: 0.1 # or rates by step: { 0: 0.1, 1000: 0.01 }

# Every combination of these is a run. Any key of model, init and train may vary.
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.1, 0.01] # replaces the rate above

# Runs to leave out; without the # there are three.
# exclude:
#   - { model.batch_norm: none, train.lr: 0.01 }

seeds: [42] # one run each; [1, 2, 3] trains everything three times
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
