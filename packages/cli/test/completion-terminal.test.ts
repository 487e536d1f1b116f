/** The tab key in real shells on a pseudo-terminal. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { openTerminal, type PressedTerminal } from "./pty.ts";
import { train } from "./train.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  mkdirSync(join(folder, "bin"));
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  writeFileSync(join(folder, "bin", "ablate"), `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(join(folder, "bin", "ablate"), 0o755);
  await train(folder, "small.yaml", "--set", "train.lr=0.1,0.2", "--steps", "3");
  await ablate(folder, "tag", "small/plain-lr=0.1", "good");
  for (const name of ["odd one.yaml", "größe.yaml"]) {
    copyFileSync(join(folder, "small.yaml"), join(folder, name));
  }
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(
      join(folder, `ablate.${shell}`),
      (await ablate(folder, "completion", shell)).stdout,
    );
  }
});

/** How a shell starts without the settings of this machine, and how it reads a file. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
  fish: ["fish", "--no-config", "-i"],
};

/** Says that a shell has read its completion script. */
const PROMPT = "ready> ";

/** A shell that has read its completion script, with an empty screen. */
async function openShell(shell: string): Promise<PressedTerminal> {
  const environment = {
    ...{ PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOME: folder, TERM: "xterm-256color" },
    ...{ LANG: "C.UTF-8", PS1: "start> ", HISTFILE: "", ABLATE_STORE: "ablate.db" },
  };
  const terminal = openTerminal(SHELLS[shell] ?? [], { folder, environment });
  const prompt =
    shell === "fish" ? `function fish_prompt; echo -n '${PROMPT}'; end` : `PS1='${PROMPT}'`;
  await terminal.waitFor(shell === "fish" ? /[>#] ?$/ : /start> ?$/);
  terminal.type(`source ./ablate.${shell}; ${prompt}; clear\r`);
  await terminal.waitFor(/^ready>$/);
  return terminal;
}

const WORDS: readonly (readonly [typed: string, shown: RegExp])[] = [
  ["ablate expo\t", /^ready> ablate export$/],
  ["ablate export small --forma\t", /^ready> ablate export small --format$/],
  ["ablate export small --format par\t", /^ready> ablate export small --format parquet$/],
  ["ablate show small/normed-lr=0.2\t", /^ready> ablate show small\/normed-lr\\?=0\.2$/],
  ["ablate show small/n\t", /^ready> ablate show small\/normed-lr\\?=0\.(?!\d)/],
  ["ablate compare --metric best\t", /^ready> ablate compare --metric best_valid_loss$/],
  ["ablate tag small go\t", /^ready> ablate tag small good$/],
  ["ablate runs tag:go\t", /^ready> ablate runs tag\\?:good$/],
  ["ablate plan --only 'normed or tag:go\t", /^ready> ablate plan --only 'normed or tag:good'$/],
  // What is typed next stands behind the equals sign, without a space.
  ["ablate run small.yaml --set train.st\t9", /--set train\.steps\\?=9$/],
  ["ablate run small.yaml --set train.cl\t9", /--set train\.clip\\?=9$/],
  ["ablate run small.yaml --set train.optimizer=li\t", /--set train\.optimizer\\?=lion$/],
  ["ablate plan od\t", /^ready> ablate plan odd\\ one\.yaml$/],
  ["ablate plan odd\\ o\t", /^ready> ablate plan odd\\ one\.yaml$/],
  ["ablate plan 'odd o\t", /^ready> ablate plan 'odd one\.yaml'$/],
  ["ablate plan grö\t", /^ready> ablate plan größe\.yaml$/],
  [
    "ablate plan 'odd one.yaml' --engine sim\t",
    /^ready> ablate plan 'odd one\.yaml' --engine simd$/,
  ],
];

for (const shell of Object.keys(SHELLS)) {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  test.runIf(process.env.CI)(`${shell} is installed`, () => expect(isThere).toBe(true));

  test.runIf(isThere).each(WORDS)(`the tab key in ${shell} completes %j`, async (typed, shown) => {
    const terminal = await openShell(shell);

    terminal.type(typed);

    await terminal.waitFor(shown);
  });

  test.runIf(isThere)(`what ${shell} has completed is a command that runs`, async () => {
    const terminal = await openShell(shell);

    terminal.type("ablate show small/plain-lr=0.2\t");
    await terminal.waitFor(/ablate show small\/plain-lr\\?=0\.2$/);
    terminal.type("--js\t");
    await terminal.waitFor(/0\.2 --json$/);
    terminal.type("| head -c 60\r");

    await terminal.waitFor(/"run": ?"small\/plain-lr=0\.2"/);
  });
}
