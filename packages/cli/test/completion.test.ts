/** Completion in real shells, asked as they ask when the tab key is pressed. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, ablateWith, COMMAND, makeFolder } from "./make.ts";
import { train } from "./train.ts";

let folder = "";
let programs = "";

beforeAll(async () => {
  folder = makeFolder();
  programs = join(folder, "bin");
  mkdirSync(programs);
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  writeFileSync(join(programs, "ablate"), `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(join(programs, "ablate"), 0o755);
  await train(folder, "small.yaml", "--set", "train.lr=0.1,0.2", "--steps", "3");
  await ablate(folder, "tag", "small/plain-lr=0.1", "good");
  const gone = readFileSync(join(folder, "small.yaml"), "utf8").replace(
    "name: small",
    "name: gone",
  );
  writeFileSync(join(folder, "gone.yaml"), gone);
  await train(folder, "gone.yaml", "--set", "train.lr=0.4", "--steps", "3");
  await ablate(folder, "rm", "gone");
});

/** What the hidden command answers, without the explanations. */
async function candidates(...words: readonly string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await ablate(folder, "complete", "--", ...words);
  expect([status, stderr]).toEqual([0, ""]);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0] ?? "");
}

const RUNS = ["plain-lr=0.1", "plain-lr=0.2", "normed-lr=0.1", "normed-lr=0.2"].map(
  (label) => `small/${label}`,
);

test.each([
  [["exp"], ["export"]],
  [["help", "imp"], ["import"]],
  [["show", ""], RUNS],
  [["show", "small/plain"], RUNS.slice(0, 2)],
  [
    ["export", "s"],
    [...RUNS, "small"],
  ],
  [["tag", "small", ""], ["good"]],
  [["run", "s"], ["small.yaml"]],
  [["export", "small", "--format", "pa"], ["parquet"]],
  [["export", "small", "--format=j"], ["--format=jsonl"]],
  [["export", "small", "--table", "up"], ["update_ratio"]],
  [["export", "small", "-o", "na"], ["names.txt"]],
  [
    ["ui", "--view", "c"],
    ["charts", "compare"],
  ],
  [["ui", "--run", "small/n"], RUNS.slice(2)],
  [
    ["run", "small.yaml", "--engine", ""],
    ["simd", "tfjs"],
  ],
  [["runs", "--grid", ""], ["small"]],
  [
    ["compare", "--metric", "t"],
    ["train_loss", "test_loss"],
  ],
  [
    ["compare", "--metric", "loss,t"],
    ["loss,train_loss", "loss,test_loss"],
  ],
  [["compare", "--by", "tr"], ["train.lr"]],
  [["compare", "--baseline", "small/n"], RUNS.slice(2)],
  [
    ["compare", "small/normed-lr=0.1", "s"],
    [...RUNS, "small"],
  ],
  [
    ["run", "small.yaml", "--stop-on", "d"],
    ["dead-units", "dropout", "divergence"],
  ],
  [["run", "small.yaml", "--stop-on=frozen,sa"], ["--stop-on=frozen,saturated"]],
  [["report", "small/p"], RUNS.slice(0, 2)],
  [["report", "small", "-o", "na"], ["names.txt"]],
  [["diagnose", "small/n"], RUNS.slice(2)],
  [
    ["watch", "s"],
    [...RUNS, "small"],
  ],
  [
    ["rm", "s"],
    [...RUNS, "small"],
  ],
  [["restore", ""], ["gone"]],
  [["runs", "ta"], ["tag:good"]],
  [["runs", "-tag:"], ["-tag:good"]],
  [["run", "small.yaml", "--only", "normed or (tag:g"], ["normed or (tag:good"]],
  [["tag", "small", "--remove", "g"], ["good"]],
  [
    ["run", "small.yaml", "--set", "train."],
    ["train.steps=", "train.batch_size=", "train.lr="],
  ],
  [["plan", "gone.yaml", "--set=model.emb"], ["--set=model.embedding="]],
  [["run", "small.yaml", "--set", "train.cl"], ["train.clip="]],
  [["run", "none.yaml", "--set", "data.con"], ["data.context="]],
  [["run", "--set", "seed"], ["seeds="]],
  [["run", "--set", "train.optimizer=sgd,l"], ["train.optimizer=sgd,lion"]],
  [["run", "-", "--set", "train.steps=1"], []],
  [["completion", "f"], ["fish"]],
  [
    ["import", "ab"],
    ["ablate.db", "ablate.db-shm", "ablate.db-wal"],
  ],
  [["query", "select "], []],
  [["nonsense", ""], []],
  [["show", "--store", "none.db", ""], []],
  [["show", "--store", "names.txt", ""], []],
])("after %j come %j", async (words, expected) => {
  expect(await candidates(...words)).toEqual(expected);
});

test("a tag is offered in the Unicode form in which it is being typed", async () => {
  const tagged = makeFolder();
  await ablate(tagged, "run", "small.yaml", "--steps", "2", "--only", "plain", "--quiet");
  await ablate(tagged, "tag", "plain", "caf\u00e9s");
  const offered = async (word: string) =>
    (await ablate(tagged, "complete", "--", "tag", "plain", word)).stdout.split("\t")[0];

  expect(await offered("caf\u00e9")).toBe("caf\u00e9s");
  expect(await offered("cafe\u0301")).toBe("cafe\u0301s");
});

test("options are offered once, unless they can be repeated", async () => {
  const offered = await candidates("run", "small.yaml", "--steps", "3", "--set", "a=1", "--s");

  expect(offered).toContain("--set");
  expect(offered).toContain("--seeds");
  expect(offered).not.toContain("--steps");
});

test("names come from ABLATE_STORE, or else from --store", async () => {
  const asked = async (store: string, ...words: readonly string[]) =>
    (await ablateWith({ ABLATE_STORE: store }, folder, "complete", "--", ...words)).stdout.split(
      "\n",
    ).length - 1;

  expect(await asked("none.db", "show", "")).toBe(0);
  expect(await asked("none.db", "show", "--store=ablate.db", "")).toBe(RUNS.length);
});

/** A test that needs this shell. */
function shellTest(shell: string): ReturnType<typeof test.skipIf> {
  return test.skipIf(spawnSync(shell, ["--version"]).status !== 0 && !process.env.CI);
}

/** What a shell prints for a script. */
function said(shell: string, args: readonly string[], script: string): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, [...args, script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${programs}:${process.env.PATH}`, HOME: folder, TERM: "dumb" },
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** What bash would put in the place of its last word. */
function bash(line: string, words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `
    eval "$(ablate completion bash)"
    COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1}
    compopt() { :; }
    _ablate
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return said("bash", ["--norc", "-c"], script);
}

shellTest("bash")("bash completes verbs, runs and values, also behind an equals sign", () => {
  expect(bash("ablate expo", ["ablate", "expo"])).toEqual(["export"]);
  expect(bash("ablate show small/pl", ["ablate", "show", "small/pl"])).toEqual(RUNS.slice(0, 2));
  expect(
    bash("ablate show small/plain-lr=0.", ["ablate", "show", "small/plain-lr", "=", "0."]),
  ).toEqual(["0.1", "0.2"]);
  expect(bash("ablate export x --format=", ["ablate", "export", "x", "--format", "="])).toContain(
    "parquet",
  );
});

shellTest("fish")("fish completes verbs, runs and values", () => {
  const fish = (line: string) =>
    said(
      "fish",
      ["--no-config", "-c"],
      `ablate completion fish | source; complete -C '${line}'`,
    ).map((found) => found.split("\t")[0]);

  expect(fish("ablate expo")).toEqual(["export"]);
  expect(fish("ablate show small/plain-lr=0.")).toEqual(RUNS.slice(0, 2));
  expect(fish("ablate export small --format pa")).toEqual(["parquet"]);
});

shellTest("zsh")("zsh completes verbs, runs and values", () => {
  const zsh = (...words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `
      compdef() { : }
      eval "$(ablate completion zsh)"
      compadd() { while [[ $1 != -a ]]; do shift; done; print -rl -- \${(P)2} }
      words=(${quoted}) CURRENT=${words.length} PREFIX='${words.at(-1)}'
      _ablate`;
    return said("zsh", ["-f", "-c"], script);
  };

  expect(zsh("ablate", "expo")).toEqual(["export"]);
  expect(zsh("ablate", "show", "small/plain-lr=0.")).toEqual(RUNS.slice(0, 2));
  expect(zsh("ablate", "export", "small", "--format", "pa")).toEqual(["parquet"]);
});
