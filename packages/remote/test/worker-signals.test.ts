import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isRunning, workersOf } from "@ablate/runner/test/processes";
import { makeSpec } from "@ablate/runner/test/run-make";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { becomes, coordinate, Drain, handOut, PATIENCE } from "./work-place.ts";

const { missing } = postgresFound();
const PROGRAM = fileURLToPath(new URL("./relay-process.ts", import.meta.url));
const LONG = { spec: makeSpec({ steps: 1e9 }) };

let postgres: Postgres;

beforeAll(async () => {
  if (missing === null) postgres = await Postgres.make({ isFsyncOff: true });
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

function start(): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn(process.execPath, ["--conditions=@ablate/source", PROGRAM, postgres.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout?.on("data", (text) => {
    said += text;
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { child, said: () => said };
}

/** The processes that train for it. */
function forksOf({ child }: { readonly child: ChildProcess }): number[] {
  return workersOf(child.pid);
}

describe.skipIf(missing !== null)(
  `a worker process${missing === null ? "" : ` (${missing})`}`,
  () => {
    test("that is killed takes what it trains with it, and its lease ends", async () => {
      const coordinator = await coordinate(postgres);
      const attempt = await handOut(coordinator, LONG);
      const worker = start();
      await new Drain(coordinator, attempt).until((messages) => messages.length > 0);
      const forks = forksOf(worker);
      expect(forks).toHaveLength(1);
      worker.child.kill("SIGKILL");
      await vi.waitFor(() => expect(forks.filter(isRunning)).toEqual([]), PATIENCE);
      await becomes(coordinator, attempt, "lost");
    });

    test("that stood still beyond its lease leaves the run to others and goes on with other work", async () => {
      const coordinator = await coordinate(postgres);
      const attempt = await handOut(coordinator, LONG);
      const worker = start();
      const drain = new Drain(coordinator, attempt);
      await drain.until((messages) => messages.length > 0);
      worker.child.kill("SIGSTOP");
      await becomes(coordinator, attempt, "lost");
      await coordinator.revoke(attempt);
      const next = await handOut(coordinator);
      worker.child.kill("SIGCONT");
      expect(await new Drain(coordinator, next).last()).toMatchObject({ state: "finished" });
      expect(worker.said()).toContain('"event":"over"');
      const exit = once(worker.child, "exit");
      worker.child.kill("SIGTERM");
      expect(await exit).toEqual([0, null]);
      expect(worker.said()).toContain('{"why":"evicted","runs":2}');
    });
  },
);
