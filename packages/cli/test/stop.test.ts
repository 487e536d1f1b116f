import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { heldWorkers } from "./held-workers.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { startHeldRun } from "./start-run.ts";

const MIDWAY = "steps 9";

test("Ctrl-C stops a run, keeps what it has, and the same command finishes the grid", async () => {
  const folder = makeFolder();
  const long = ["small.yaml", "--set", "train.steps=5000", "--workers", "1"];
  const { interrupt, ended } = startHeldRun(MIDWAY, folder, ...long);
  const { release } = await heldWorkers(folder);

  await interrupt();
  release();

  expect(await ended).toBe(130);
  const states = jsonRows(ablate(folder, "runs", "--json")).map(({ state }) => state);
  expect(states).toEqual(["stopped", "pending"]);
  expect(ablate(folder, "run", ...long, "--quiet").status).toBe(0);
  const steps = jsonRows(
    ablate(folder, "query", "select run, count(*) n from loss group by run", "--json"),
  );
  expect(steps.map(({ n }) => n)).toEqual([5000, 5000]);
});

test("a run whose process was killed is interrupted and trained again", async () => {
  const folder = makeFolder();
  const long = ["small.yaml", "--set", "train.steps=5000", "--only", "plain"];
  const { child, ended } = startHeldRun(MIDWAY, folder, ...long);
  const { release } = await heldWorkers(folder);

  child.kill("SIGKILL");
  await ended;
  release();

  const again = ablate(folder, "run", ...long);
  expect(again.status).toBe(0);
  expect(again.stdout).toMatch(/finished/);
});

test("a reader that goes away ends output quietly", () => {
  const folder = makeFolder();
  ablate(folder, "run", "small.yaml", "--quiet");
  const node = `"${process.execPath}" --conditions=@ablate/source`;
  const main = new URL("../src/main.ts", import.meta.url).pathname;
  const query = `"select a.step from loss a, loss b limit 100000" --limit 0`;

  const { stdout, stderr } = spawnSync("sh", ["-c", `${node} ${main} query ${query} | head -1`], {
    cwd: folder,
    encoding: "utf8",
  });

  expect(stdout.trim()).toBe("step");
  expect(stderr).toBe("");
});
