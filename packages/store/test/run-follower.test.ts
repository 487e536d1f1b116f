import { expect, test, vi } from "vitest";
import { annotate, RunFollower } from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  gridOf,
  idleProcess,
  NOW,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

/** Labels of the runs whose rows a poll reads again; null where it reads nothing. */
function changed(follower: RunFollower, now: number = NOW): string[] | null {
  return follower.poll(now)?.flatMap(({ row }) => row?.label ?? []) ?? null;
}

function storeOf(labels: readonly string[]) {
  const path = temporaryPath();
  let now = NOW;
  const writer = writerAt(path, () => now++);
  const ids = writer.planGrid(gridOf(labels.map((label) => plannedRun(label)))).map(({ id }) => id);
  return { path, writer, id: ids[0] ?? 0 };
}

test("a poll returns every run, and rows where something has changed since the last", () => {
  const { path, writer, id } = storeOf(["a", "b"]);
  const follower = new RunFollower(readerAt(path));

  expect(changed(follower)).toEqual(["a", "b"]);
  expect(changed(follower)).toBeNull();
  writer.claimRun(id, CLAIM, {}, []);
  expect(changed(follower)).toEqual(["a"]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [3, 2]));
  expect(changed(follower)).toEqual(["a"]);
  annotate(path, { kind: "note", target: "g/b", text: "mine" });
  expect(changed(follower)).toEqual(["b"]);
  expect(follower.poll(NOW)).toBeNull();
});

test("many runs that have changed are read like few", () => {
  const labels = Array.from({ length: 30 }, (_, i) => `v${i}`);
  const follower = new RunFollower(readerAt(storeOf(labels).path));

  expect(changed(follower)).toEqual(labels);
});

test("a run or the runs of a grid are followed alone", () => {
  const { path, writer, id } = storeOf(["a", "b"]);
  writer.planGrid(gridOf([plannedRun("c", { name: "h/c" })], "h"));
  const [ofGrid, ofRun] = [{ grid: "h" }, { run: "g/b" }].map(
    (scope) => new RunFollower(readerAt(path), scope),
  );

  expect(ofGrid && changed(ofGrid)).toEqual(["c"]);
  expect(ofRun && changed(ofRun)).toEqual(["b"]);
  writer.claimRun(id, CLAIM, {}, []);
  expect(ofGrid && changed(ofGrid)).toEqual([]);
});

test.each([60_000, -3_600_000])(
  "a run whose process has died without a word is lost %i ms later",
  async (later) => {
    const { path, writer, id } = storeOf(["a"]);
    const pid = await idleProcess(false);
    writer.claimRun(id, { ...CLAIM, pid }, {}, []);
    const follower = new RunFollower(readerAt(path));
    const isLost = (now: number) => follower.poll(now)?.map((run) => run.isLost) ?? null;

    expect(isLost(NOW)).toEqual([false]);
    expect(isLost(NOW + 500)).toBeNull();
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow());
    expect(isLost(NOW + later)).toEqual([true]);
    expect(isLost(NOW + 2 * later)).toBeNull();
  },
);
