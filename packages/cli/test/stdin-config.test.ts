/** A config that comes from stdin. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { heldWorkers } from "./held-workers.ts";
import { ablate, ablateWith, COMMAND, jsonRows, makeFolder } from "./make.ts";
import { inTerminal } from "./pty.ts";
import { PATIENCE, startHeldRun } from "./start-run.ts";
import { startTold } from "./started.ts";

const CONFIG = `data.file: data/names.txt
model: { embedding: 2, hidden: [4] }
train: { steps: 4, batch_size: 2 }
record: { samples: 0, probes: none }
`;

/** A folder whose names are in `data/`, where a config in another folder would not find them. */
function folderOf(): string {
  const folder = makeFolder();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "names.txt"), "ada\nbob\ncid\ndan\neve\nfay\n");
  return folder;
}

type Said = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the command with this text on stdin. */
function withInput(folder: string, input: string, ...args: readonly string[]): Said {
  const [program, ...first] = COMMAND;
  const env = { ...process.env, NO_COLOR: "1" };
  return spawnSync(program, [...first, ...args], { cwd: folder, encoding: "utf8", input, env });
}

test("run - trains it, again finds it done, and the store has its text", async () => {
  const folder = folderOf();
  const first = withInput(folder, CONFIG, "run", "-", "--quiet");
  const again = withInput(folder, CONFIG, "run", "-", "--json");

  expect([first.status, first.stderr]).toEqual([0, ""]);
  expect(again.stdout).toContain('"to_train":0');
  const grids = await ablate(folder, "query", 'select name, spec from "grid"', "--json");
  expect(jsonRows(grids)).toEqual([{ name: "stdin", spec: CONFIG }]);
});

test("run - that is stopped goes on where it was by the same text", async () => {
  const folder = folderOf();
  const long = CONFIG.replace("steps: 4", "steps: 5000");
  const { child, errors, ended } = startHeldRun("steps 9", folder, "-");
  child.stdin?.end(long);
  const { release } = await heldWorkers(folder);
  child.kill("SIGINT");
  await vi.waitFor(() => expect(errors()).toMatch(/Ctrl-C again stops at once/), PATIENCE);
  release();

  expect(await ended).toBe(130);
  expect(jsonRows(await ablate(folder, "runs", "--json"))).toMatchObject([{ state: "stopped" }]);
  const { status, stdout } = withInput(folder, long, "run", "-", "--json");
  expect([status, stdout]).toEqual([0, expect.stringMatching(/"from":[1-9]/)]);
  const losses = await ablate(folder, "query", "select count(*) n from loss", "--json");
  expect(jsonRows(losses)).toEqual([{ n: 5000 }]);
});

test("it extends files of the working folder, and may have runs under options as a file may", async () => {
  const folder = folderOf();
  mkdirSync(join(folder, "base"));
  writeFileSync(join(folder, "base", "base.yaml"), CONFIG.replace("data/", "../data/"));
  const over = "extends: base/base.yaml\nname: over\n";

  withInput(folder, over, "run", "-", "--quiet", "--steps", "3");
  const { status, stderr } = withInput(folder, over, "run", "-", "--quiet");

  expect([status, stderr]).toEqual([0, ""]);
  const runs = jsonRows(await ablate(folder, "runs", "--grid", "over", "--json"));
  expect(runs.map(({ steps }) => steps).toSorted()).toEqual([3, 4]);
});

test("mistakes are told at their line and column of <stdin>", () => {
  const said = (text: string) => withInput(folderOf(), text, "plan", "-").stderr.split("\n")[0];

  expect(said(`${CONFIG}trian: 3\n`)).toBe(
    '<stdin>:5:1: trian: unknown key, did you mean "train"?',
  );
  expect(said("data.file: none.txt\n")).toContain(
    "<stdin>:1:12: data.file: none.txt: no such file",
  );
  expect(said(`${CONFIG}extends: "-"\n`)).toBe(
    "<stdin>:5:10: extends: -: expected a file; stdin is none",
  );
  expect(said("")).toBe("<stdin>:1:1: the file is empty, expected a config");
});

test("a terminal in its place, or a second one, is answered at once", async () => {
  const folder = folderOf();

  expect((await inTerminal(folder, 200, ["plan", "-"]))[0]).toBe(
    "<stdin>: is a terminal; pipe a config into the command, or name its file",
  );
  expect(withInput(folder, CONFIG, "diff", "-", "-")).toMatchObject({
    status: 2,
    stderr: "ablate: stdin has one config; give the other as a file or a run\n",
  });
});

test("a config of the same grid in a file is told from it", () => {
  const folder = folderOf();
  withInput(folder, `${CONFIG}name: shared\n`, "run", "-", "--quiet");
  writeFileSync(
    join(folder, "shared.yaml"),
    `${CONFIG.replace("steps: 4", "steps: 5")}name: shared\n`,
  );

  const { stderr } = withInput(folder, "", "plan", "shared.yaml");

  expect(stderr).toContain(
    "the grid shared is shared by <stdin> and shared.yaml: the runs of all of them are current",
  );
});

const { missing } = postgresFound();

test.skipIf(missing !== null)(
  "run - --on trains it by workers of other machines",
  async () => {
    const postgres = await Postgres.make({ isFsyncOff: true });
    onTestFinished(() => postgres.stop());
    const folder = folderOf();
    const worker = startTold({ ABLATE_ON: postgres.url }, folder, "worker", "--max-runs", "1");
    const [program, ...first] = COMMAND;
    const env = { ...process.env, NO_COLOR: "1" };
    const run = spawn(program, [...first, "run", "-", "--on", postgres.url, "--json"], {
      cwd: folder,
      env,
    });
    const ended = new Promise((resolve) => run.once("exit", resolve));
    run.stdin.end(CONFIG);

    expect(await ended).toBe(0);
    expect(await worker.ended).toBe(0);
    expect(existsSync(join(folder, "ablate.db"))).toBe(true);
    const runs = jsonRows(await ablateWith({}, folder, "runs", "--json"));
    expect(runs).toMatchObject([{ run: "stdin/run", state: "finished" }]);
  },
  60_000,
);
