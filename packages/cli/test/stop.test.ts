import { spawnSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { ablate, jsonRows, makeFolder, startAblate } from "./make.ts";

test("Ctrl-C stops a run, keeps what it has, and the same command finishes the grid", async () => {
  const folder = makeFolder();
  const long = ["run", "small.yaml", "--set", "train.steps=60000", "--workers", "1"];
  const { child, ended } = startAblate(folder, ...long, "--json");
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain('"progress"'), { timeout: 20_000 });

  child.kill("SIGINT");

  expect(await ended).toBe(130);
  const states = jsonRows(ablate(folder, "runs", "--json")).map(({ state }) => state);
  expect(states).toEqual(["stopped", "pending"]);
  expect(ablate(folder, ...long, "--quiet").status).toBe(0);
  const steps = jsonRows(
    ablate(folder, "query", "select run, count(*) n from loss group by run", "--json"),
  );
  expect(steps.map(({ n }) => n)).toEqual([60000, 60000]);
});

test("a run whose process was killed is interrupted and trained again", async () => {
  const folder = makeFolder();
  const long = ["run", "small.yaml", "--set", "train.steps=60000", "--only", "plain"];
  const { child, ended } = startAblate(folder, ...long, "--json");
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain('"progress"'), { timeout: 20_000 });

  child.kill("SIGKILL");
  await ended;

  const again = ablate(folder, ...long);
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
