/** A process of its own reads logs: whatever ends either, nothing is lost or read twice. */
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openReader, openWriter } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { LogFollower } from "../src/follow/log-follower.ts";

const PATIENCE = { timeout: 60_000, interval: 20 };

/** A folder with a log and an empty store. */
function makeFolder(): { readonly store: string; readonly log: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "ablate-follow-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const [store, log] = [join(folder, "store.db"), join(folder, "metrics.csv")];
  openWriter(store).close();
  writeFileSync(log, "step,loss\n0,3\n1,2\n");
  return { store, log, folder };
}

function follow({ store, folder }: ReturnType<typeof makeFolder>): LogFollower {
  const lock = join(folder, "lock");
  const follower = new LogFollower("logs", { store, paths: [folder], lock });
  onTestFinished(() => follower.close());
  return follower;
}

function numbersIn(store: string): number[] {
  const reader = openReader(store);
  try {
    const [run] = reader.runs();
    return run === undefined ? [] : [...reader.metricPoints(run.name, "loss").numbers];
  } finally {
    reader.close();
  }
}

test("it says how far it is, then follows; closed, the run is left as it is", async () => {
  const place = makeFolder();
  const follower = follow(place);
  expect(follower.status()).toMatchObject({ isReading: true, trouble: null });
  await vi.waitFor(() => {
    expect(follower.status()).toEqual({ isReading: false, found: 1, read: 1, trouble: null });
  }, PATIENCE);

  appendFileSync(place.log, "2,1\n");
  await vi.waitFor(() => expect(numbersIn(place.store)).toEqual([3, 2, 1]), PATIENCE);
  await follower.close();
  const reader = openReader(place.store);
  expect(reader.runs()[0]?.state).not.toBe("running");
  reader.close();
});

test("killed with -9, another process goes on, and the user is told", async () => {
  const place = makeFolder();
  const follower = follow(place);
  await vi.waitFor(() => expect(numbersIn(place.store)).toEqual([3, 2]), PATIENCE);
  process.kill(follower.pid ?? 0, "SIGKILL");
  await vi.waitFor(() => {
    expect(follower.takeNews()).toEqual([
      "the process that reads logs ended by SIGKILL; another one continues",
    ]);
  }, PATIENCE);

  appendFileSync(place.log, "2,1\n");
  await vi.waitFor(() => expect(numbersIn(place.store)).toEqual([3, 2, 1]), PATIENCE);
});

test("a process that dies again and again is not started for ever", async () => {
  const follower = follow(makeFolder());
  await vi.waitFor(() => {
    const { pid } = follower;
    if (follower.status().trouble === null && pid !== undefined) {
      process.kill(pid, "SIGKILL");
      throw new Error("it goes on");
    }
  }, PATIENCE);
  expect(follower.status().trouble).toMatch(
    /^nothing new of logs is read: .* ended 4 times, by SIGKILL; open it again$/,
  );
});

test("two at once share: the second reads when the first is gone", async () => {
  const place = makeFolder();
  const first = follow(place);
  await vi.waitFor(() => expect(first.status().isReading).toBe(false), PATIENCE);
  const second = follow(place);
  await vi.waitFor(() => expect(second.status().isReading).toBe(false), PATIENCE);
  expect(second.status().found).toBe(0);

  await first.close();
  appendFileSync(place.log, "2,1\n");
  await vi.waitFor(() => expect(second.status().read).toBe(1), PATIENCE);
  await vi.waitFor(() => expect(numbersIn(place.store)).toEqual([3, 2, 1]), PATIENCE);
});

const WATCHER = fileURLToPath(new URL("./following.ts", import.meta.url));

test("when who asked for it is killed with -9 it ends by itself", async () => {
  const { store, folder } = makeFolder();
  const watcher = spawn(process.execPath, [WATCHER, store, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = await new Promise<number>((resolve) =>
    watcher.stdout.once("data", (text) => resolve(Number(text))),
  );
  await vi.waitFor(() => expect(numbersIn(store)).toEqual([3, 2]), PATIENCE);

  watcher.kill("SIGKILL");

  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), PATIENCE);
});
