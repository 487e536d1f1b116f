import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "@ablate/cli/command-line";
import { openReader } from "@ablate/store";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** How the real command is started. */
export const COMMAND: readonly [string, ...string[]] = [process.execPath, MAIN];

export type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a command line in `folder` as the entry does, without a process of its own. */
export function ablate(folder: string, ...args: readonly string[]): Promise<Ended> {
  return ablateWith({}, folder, ...args);
}

/** The same under more environment variables, of which only the command itself learns. */
export async function ablateWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): Promise<Ended> {
  const plain = (_style: string, text: string): string => text;
  return onTerminalOf(folder, args, {
    paint: plain,
    paintWarning: plain,
    rewrites: false,
    columns: () => 80,
    rows: () => 24,
    outputColumns: () => null,
    environment: { ...environment(), ...variables },
  });
}

type OfTerminal = Omit<
  NonNullable<Parameters<typeof main>[1]>,
  "write" | "pour" | "warn" | "folder"
>;

/** Runs a command line in `folder` without a process of its own, on a terminal like this one. */
export async function onTerminalOf(
  folder: string,
  args: readonly string[],
  terminal: OfTerminal,
): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const write = (text: string): void => {
    said.stdout += text;
  };
  const before = process.cwd();
  process.chdir(folder);
  const status = await main(args, {
    ...terminal,
    write,
    pour: async (text) => {
      write(text);
      return true;
    },
    warn: (text) => {
      said.stderr += text;
    },
    folder: process.cwd(),
  });
  process.chdir(before);
  return { status, ...said };
}

/** Does the same with one thing after the other. */
export async function inTurn<Given, Made>(
  given: readonly Given[],
  make: (one: Given) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (const one of given) made.push(await make(one));
  return made;
}

/** Runs the real command in `folder` to its end, in a process of its own. */
export function spawnAblate(folder: string, ...args: readonly string[]): Ended {
  return spawnAblateWith({}, folder, ...args);
}

/** The same under more environment variables. */
export function spawnAblateWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...environment(), ...variables },
  });
  return { status, stdout, stderr };
}

/** Starts the real command in `folder`; `ended` resolves with its exit code. */
export function startAblate(
  folder: string,
  ...args: readonly string[]
): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  return startAblateWith({}, folder, ...args);
}

/** The same under more environment variables. */
export function startAblateWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const env = { ...environment(), ...variables };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended };
}

/** A folder with `names.txt` and `small.yaml`: two short variants. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-cli-"));
  writeFileSync(join(folder, "names.txt"), NAMES.split(" ").join("\n"));
  writeFileSync(join(folder, "small.yaml"), SMALL);
  return folder;
}

/** Flips a bit of the state of every checkpoint in a store that nobody has open. */
export function damageCheckpoints(path: string): void {
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf(STATE); at >= 0; at = bytes.indexOf(STATE, at + 1)) {
    bytes[at + 2] = (bytes[at + 2] ?? 0) ^ 1;
  }
  writeFileSync(path, bytes);
}

/** Flips a bit in the middle of the last weights of a run in a store that nobody has open. */
export function damageWeights(path: string, run: string): void {
  const reader = openReader(path);
  const weights = Buffer.from(reader.weights(run)?.bytes ?? []);
  reader.close();
  const bytes = readFileSync(path);
  const middle = weights.length >> 1;
  const piece = weights.subarray(middle, middle + 32);
  for (let at = bytes.indexOf(piece); at >= 0; at = bytes.indexOf(piece, at + 1)) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  writeFileSync(path, bytes);
}

const STATE = '{"version":1,"trainer"';

/** JSON that a command printed, as rows. */
export function jsonRows({ stdout }: Ended): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = JSON.parse(stdout);
  if (!Array.isArray(value)) throw new TypeError(`not an array: ${stdout.slice(0, 100)}`);
  return value;
}

const NAMES =
  "emma olivia ava isabella sophia mia charlotte amelia evelyn abigail harper emily ella grace";

const SMALL = `name: small
description: two short runs
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16], activation: tanh, batch_norm: none }
train: { steps: 200, batch_size: 8, lr: 0.1 }
record: { evaluate: end, samples: 4 }
seeds: [42]
variants:
  plain:
    description: no batch norm
  normed:
    description: with batch norm
    model.batch_norm: hidden
`;

function environment(): NodeJS.ProcessEnv {
  const { ABLATE_STORE: _, ABLATE_ON: __, NODE_OPTIONS: ___, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
}
