/** Configs that a command writes for the user: never over a file that is there. */
import { existsSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../command-line/errors.ts";

const DATA = fileURLToPath(new URL("../../../../data/names.txt", import.meta.url));
const SCHEMA = fileURLToPath(new URL("../../../../configs/schema.json", import.meta.url));

/** Longest name of a grid. */
const LONGEST = 60;

/** A commented config for a file at `path`, on the names that come with the program. */
export function starterConfig(path: string): string {
  const data = JSON.stringify(pathFrom(path, DATA));
  return `${schemaComment(path)}${starter({ name: gridName(path), data })}`;
}

/**
 * The comment by which editors find the schema of a config at `path`, with its line end; empty where
 * there is no schema, or none whose path can be written there: it has no way to write a space.
 */
export function schemaComment(path: string): string {
  const schema = pathFrom(path, SCHEMA);
  return /\s/.test(schema) || !existsSync(SCHEMA)
    ? ""
    : `# yaml-language-server: $schema=${schema}\n`;
}

/** The path of `target` from the folder of a file, by names alone: so configs read it. */
function pathFrom(file: string, target: string): string {
  return relative(dirname(file), target);
}

function gridName(path: string): string {
  const plain = basename(path).replace(/\.ya?ml$/, "");
  const safe = plain.replace(/[^A-Za-z0-9._=-]+/g, "-").slice(0, LONGEST);
  return /[A-Za-z0-9]/.test(safe) ? safe : "my-grid";
}

function starter({ name, data }: { readonly name: string; readonly data: string }): string {
  return `# One file is one grid of runs. What is not said here has its default: docs/config.md lists every key.
#
#   ablate plan FILE    which runs this is
#   ablate run FILE     trains them, a second each; what is done is not trained again
#   ablate ui           charts, live

name: "${name}"
description: Does batch norm help, and at which learning rate?

data:
  file: ${data} # a name a line; the path is relative to this file
  context: 3 # characters that the network sees

model:
  embedding: 10 # numbers that stand for a character
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
 * Runs `write`, which makes a new file.
 *
 * @param file - as the user wrote it
 * @throws UsageError - if there is a file of this name
 */
export function unlessExisting(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EEXIST") throw cause;
    throw new UsageError(`${file} exists and is left as it is; name another file`, { cause });
  }
}
