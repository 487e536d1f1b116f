import { chmodSync, copyFileSync, renameSync, rmSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { openWriter, type StepBlock, StorageError, StoreError } from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  FINISHED,
  gridOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

test.each([
  [
    "is removed",
    (path: string) => renameSync(path, `${path}-away`),
    (path: string) => renameSync(`${path}-away`, path),
    "it has been removed or renamed; put it back",
  ],
  [
    "is replaced",
    (path: string) => {
      renameSync(path, `${path}-away`);
      copyFileSync(`${path}-away`, path);
    },
    (path: string) => renameSync(`${path}-away`, path),
    "another file has taken its place; put back the one that was there",
  ],
  [
    "becomes read-only",
    (path: string) => chmodSync(path, 0o444),
    (path: string) => chmodSync(path, 0o644),
    "it has become read-only; allow writing to it",
  ],
])(
  "a store that %s takes nothing, and goes on as if nothing had been once it is back",
  (_, begin, end, reason) => {
    const { writer, path, id } = claimedRun([]);
    writer.appendSteps(id, CLAIM.token, steps(0, 40));
    const more = steps(40, 30);

    begin(path);
    const write = () => writer.appendSteps(id, CLAIM.token, more);
    expect(write).toThrow(new StorageError(`cannot write to ${path}: ${reason}`));
    expect(write).toThrow(StoreError);
    end(path);
    write();
    writer.close();

    expect(stepsOf(path)).toEqual([70, 69]);
  },
);

test("a lock is waited for once, and then asked for in short", () => {
  const { writer, path, id } = claimedRun([]);
  const other = new SqliteDatabase(path);
  other.exec("begin immediate");
  const write = () => writer.appendSteps(id, CLAIM.token, steps(0, 9));
  const timed = (): number => {
    const began = performance.now();
    expect(write).toThrow(/another process keeps it locked; try again$/);
    return performance.now() - began;
  };

  expect([timed() > 4000, timed() < 4000]).toEqual([true, true]);
  other.exec("rollback");
  other.close();
  write();
  writer.close();

  expect(stepsOf(path)).toEqual([9, 8]);
});

test("a store that nobody may write to is refused, and stays as it is", () => {
  const { writer, path } = claimedRun([]);
  writer.close();
  chmodSync(path, 0o444);

  expect(() => openWriter(path)).toThrow(`cannot write to ${path}: it is read-only; allow writing`);
});

function steps(first: number, count: number): StepBlock {
  return blockOf(first, new Array<number>(count).fill(2.5));
}

/** How many there are, and the last. */
function stepsOf(path: string): unknown {
  return readerAt(path).query("select count(*), max(step) from loss").rows[0];
}

test.each(["-wal", "-shm"])("runs end in order before and after their %s was removed", (suffix) => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const [first, second] = writer.planGrid(gridOf([plannedRun("a"), plannedRun("b")]));
  for (const run of [first, second]) {
    const id = run?.id ?? 0;
    writer.claimRun(id, CLAIM, {}, []);
    writer.appendSteps(id, CLAIM.token, blockOf(0, [3]));
    rmSync(path + suffix, { force: true });
    writer.appendSteps(id, CLAIM.token, blockOf(1, [2]));
    writer.endRun(id, CLAIM.token, FINISHED);
  }

  const ended = readerAt(path).runs();
  expect(ended.map(({ state, lastStep }) => [state, lastStep])).toEqual([
    ["finished", 1],
    ["finished", 1],
  ]);
});
