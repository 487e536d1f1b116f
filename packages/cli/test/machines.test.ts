/** `ablate run --on` with workers that are processes of their own, beside a real Postgres. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { differences, faults } from "./chaos/whole-grid.ts";
import { ablate, ablateWith, COMMAND, jsonRows, makeFolder } from "./make.ts";
import { startTold } from "./started.ts";

const { missing } = postgresFound();
let postgres: Postgres;
let url = "";

beforeAll(async () => {
  if (missing !== null) return;
  postgres = await Postgres.make({ isFsyncOff: true });
  url = postgres.url;
}, 60_000);

afterAll(() => postgres?.stop());

const eventsOf = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

test.skipIf(missing !== null)(
  "two workers train a grid to the very store that one machine makes, and are named there",
  async () => {
    const folder = makeFolder();
    const steps = ["--set", "train.steps=3000", "--set", "record.checkpoint={ every: 500 }"];
    await ablate(folder, "run", "small.yaml", "--store", "alone.db", "--quiet", ...steps);
    const workers = [1, 2].map(() =>
      startTold({ ABLATE_ON: url }, folder, "worker", "--max-runs", "1", "--json"),
    );

    const on = ["--on", "--json"];
    const run = await ablateWith({ ABLATE_ON: url }, folder, "run", "small.yaml", ...steps, ...on);

    expect([run.stderr, run.status]).toEqual(["", 0]);
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(differences(join(folder, "ablate.db"), join(folder, "alone.db"))).toEqual([]);
    expect(faults(join(folder, "ablate.db"))).toEqual([]);
    const names = eventsOf(run.stdout).map(({ event }) => event);
    expect(names).toEqual(expect.arrayContaining(["database", "workers", "placed", "done"]));
    const shown = await Promise.all(
      ["plain", "normed"].map(async (name) =>
        jsonRows(await ablate(folder, "show", name, "--json")),
      ),
    );
    const pids = workers.map(({ child }) => String(child.pid));
    const trainers = shown.map(([row]) => JSON.stringify(row).match(/"worker":"[^"]* (\d+)"/)?.[1]);
    expect(trainers.toSorted()).toEqual(pids.toSorted());
  },
  60_000,
);

test.skipIf(missing !== null)(
  "a worker that is told to go hands its run on, which is no retry",
  async () => {
    const folder = makeFolder();
    const args = ["small.yaml", "--only", "plain", "--set", "train.steps=100000", "--on", url];
    const run = startTold({}, folder, "run", ...args, "--max-retries", "0", "--json");
    await run.said(/"workers":0/);
    const first = startTold({}, folder, "worker", url, "--json");
    await first.said('"progress"');

    first.child.kill("SIGTERM");

    expect(await first.ended).toBe(130);
    expect(first.stdout()).toContain('"reason":"evicted"');
    startTold({}, folder, "worker", url);
    expect(await run.ended).toBe(0);
    const names = eventsOf(run.stdout()).map(({ event }) => event);
    expect(names).toContain("evicted");
    expect(names).not.toContain("retried");
  },
  60_000,
);

test.each([[[]], [["--help"]]])("run %j without --on loads no module of a database", (words) => {
  const folder = makeFolder();
  const list = join(mkdtempSync(join(tmpdir(), "ablate-loaded-")), "hook.mjs");
  writeFileSync(
    list,
    `import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => {
      if (/packages\\/remote\\/|node_modules\\/pg(?:-boss)?\\//.test(url)) process.stderr.write("loaded " + url + "\\n");
      return next(url, context);
    } });`,
  );
  const [node, main = ""] = COMMAND;
  const call = (...more: readonly string[]) =>
    spawnSync(node, [`--import=${list}`, main, ...more], { cwd: folder, encoding: "utf8" }).stderr;

  expect(call("run", "small.yaml", "--steps", "20", "--json", ...words)).not.toContain("loaded");
  expect(call("worker", "nonsense")).toContain("loaded"); // so that the hook is known to see it
});

test("--on without a URL says how to get a Postgres", async () => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "run", "small.yaml", "--on");

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^ablate: which Postgres\? /);
});
