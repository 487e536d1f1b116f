import { spawnSync } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { expect, test, vi } from "vitest";
import { heldWorkers } from "./held-workers.ts";
import { ablate, COMMAND, jsonRows, makeFolder } from "./make.ts";
import { PATIENCE, startHeldRun } from "./start-run.ts";
import { train } from "./train.ts";

const MIDWAY = "steps 9";

test("Ctrl-C stops a run, keeps what it has, and the same command finishes the grid", async () => {
  const folder = makeFolder();
  const long = ["small.yaml", "--set", "train.steps=5000", "--workers", "1"];
  const { interrupt, ended } = startHeldRun(MIDWAY, folder, ...long);
  const { release } = await heldWorkers(folder);

  await interrupt();
  release();

  expect(await ended).toBe(130);
  const states = jsonRows(await ablate(folder, "runs", "--json")).map(({ state }) => state);
  expect(states).toEqual(["stopped", "pending"]);
  expect((await ablate(folder, "run", ...long, "--quiet")).status).toBe(0);
  const steps = jsonRows(
    await ablate(folder, "query", "select run, count(*) n from loss group by run", "--json"),
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

  const again = await ablate(folder, "run", ...long);
  expect(again.status).toBe(0);
  expect(again.stdout).toMatch(/finished/);
});

/** A shell that outlives its terminal, passes on that it is closed, and keeps the exit code. */
const OUTLIVING = `
"$@" &
trap 'kill -HUP $!' HUP
status=129
while [ $status = 129 ] && kill -0 $! 2>/dev/null; do wait $!; status=$?; done
echo $status > status.new
mv status.new status
`;

test("a terminal that is closed stops a run in order, though nobody reads how", async () => {
  const folder = makeFolder();
  const command = [...COMMAND, "run", "small.yaml", "--steps", "5000000", "--workers", "1"];
  writeFileSync(join(folder, "script"), OUTLIVING);
  const terminal = spawn("sh", ["script", ...command], { cwd: folder, cols: 100, rows: 30 });
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  await vi.waitFor(() => expect(output).toContain("steps/s"), PATIENCE);

  if (!("destroy" in terminal) || typeof terminal.destroy !== "function") throw new TypeError();
  terminal.destroy();

  const status = join(folder, "status");
  await vi.waitFor(() => expect(existsSync(status)).toBe(true), PATIENCE);
  expect(readFileSync(status, "utf8")).toBe("130\n");
  const states = jsonRows(await ablate(folder, "runs", "--json")).map(({ state }) => state);
  expect(states).toEqual(["stopped", "pending"]);
});

test.skipIf(!existsSync("/dev/full"))(
  "output that has no room is a sentence, and training goes on",
  async () => {
    const folder = makeFolder();
    const [node, ...main] = COMMAND;
    const into = openSync("/dev/full", "w");
    const full = (...args: readonly string[]) =>
      spawnSync(node, [...main, ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", into, "pipe"],
      });

    const run = full("run", "small.yaml", "--json");
    const runs = full("runs");

    const sentence = "ablate: cannot write the output: no space left on the device\n";
    expect([run.status, run.stderr]).toEqual([2, sentence]);
    expect([runs.status, runs.stderr]).toEqual([2, sentence]);
    const states = jsonRows(await ablate(folder, "runs", "--json")).map(({ state }) => state);
    expect(states).toEqual(["finished", "finished"]);
  },
);

test("a reader that goes away ends output quietly", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml");
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
