import { openSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { checkStore } from "../src/index.ts";
import { contentOf, damage, finishedStore, mendedOf, wrongOf } from "./check-make.ts";
import { readerAt } from "./make.ts";

test("nothing is wrong with a store that was closed, and looking does not write", () => {
  const path = finishedStore();
  const before = readFileSync(path);

  const checks = checkStore(path);

  expect(checks.map(({ check, ok }) => [check, ok])).toEqual(
    [
      "store",
      "integrity",
      "schema",
      "foreign keys",
      "running",
      "steps",
      "rollup",
      "checkpoints",
      "digests",
      "space",
      "disk",
    ].map((check) => [check, true]),
  );
  expect(checks.map(({ detail }) => detail).join("\n")).toContain("10,000 steps compared");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  [
    "a changed row",
    "update rollup set data = zeroblob(length(data)) where run_id = 1 and level = 256 and bucket = 7",
  ],
  [
    "a changed open row",
    "update rollup set data = zeroblob(length(data)) where run_id = 1 and level = 65536",
  ],
  ["a missing row", "delete from rollup where run_id = 1 and level = 16 and bucket = 100"],
  ["a row too many", "insert into rollup values (1, 16, 999, 16, x'00')"],
  ["no rows at all", "delete from rollup where run_id = 1"],
])("a rollup with %s is rebuilt from the steps", (_, statement) => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(path, statement);

  expect(wrongOf(checkStore(path))).toEqual(["rollup: not consistent with the steps: g/v1"]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "rollup: rebuilt from the steps: g/v1",
  ]);

  expect(wrongOf(checkStore(path))).toEqual([]);
  expect(contentOf(path)).toEqual(whole);
});

test("a run with a hole keeps what is before it and is to be trained again", () => {
  const path = finishedStore();
  damage(path, "delete from step where run_id = 1 and step in (3000, 3001, 4500)");

  expect(wrongOf(checkStore(path))).toEqual([
    "steps: g/v1 is whole up to 3,000 steps of 5,000",
    "rollup: not consistent with the steps: g/v1",
  ]);
  const mended = mendedOf(checkStore(path, { isRepairing: true }));

  expect(mended[0]).toBe("steps: kept the intact part: g/v1 is whole up to 3,000 steps of 5,000");
  expect(wrongOf(checkStore(path))).toEqual([]);
  const run = readerAt(path).run("g/v1");
  expect(run).toMatchObject({ state: "interrupted", reason: "history damaged", lastStep: 2999 });
  expect(readerAt(path).weights("g/v1")).toBeUndefined();
  expect(readerAt(path).run("g/v2")).toMatchObject({ state: "finished", lastStep: 4999 });
});

test("a step whose ratios are too short is where a run is cut", () => {
  const path = finishedStore();
  damage(path, "update step set ratios = x'00' where run_id = 2 and step = 10");

  expect(wrongOf(checkStore(path))[0]).toBe("steps: g/v2 is whole up to 10 steps of 5,000");
  checkStore(path, { isRepairing: true });

  expect(readerAt(path).run("g/v2")?.lastStep).toBe(9);
  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("a wrong last step is put right, the run stays finished", () => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(path, "update run set last_step = 4000 where id = 1");

  expect(wrongOf(checkStore(path))[0]).toBe("steps: g/v1 is whole up to 5,000 steps of 4,001");
  checkStore(path, { isRepairing: true });

  expect(contentOf(path)).toEqual(whole);
});

test("a checkpoint with a flipped bit is dropped", () => {
  const path = finishedStore();
  const bytes = readFileSync(path);
  const at = bytes.indexOf(Buffer.alloc(3000, 2));
  const file = openSync(path, "r+");
  writeSync(file, Buffer.of(3), 0, 1, at + 1000);

  expect(wrongOf(checkStore(path))).toEqual(["checkpoints: damaged: g/v2 at 5000"]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "checkpoints: dropped the damaged part: g/v2 at 5000; `ablate run --restart` trains it again",
  ]);
  expect(readerAt(path).weights("g/v2")).toBeUndefined();
  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("a damaged checkpoint on the way is no reason to start anew", () => {
  const path = finishedStore();
  damage(path, "update checkpoint set weights = x'00', final = 0 where run_id = 1");

  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    `checkpoints: dropped the damaged part: g/v1 at 5000; \`ablate run\` works without it`,
  ]);
});

test("rows of runs that are not there are deleted", () => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(
    path,
    "insert into step values (77, 0, 1, 1, x''), (77, 1, 1, 1, x'')",
    "insert into eval values (78, 'valid', 'none', 1, 2.5)",
    "insert into probe values (5, 79, 1, 1, 1, 1, x'')",
    "insert into probe_norm values (5, 0, 0, x''), (6, 0, 0, x'')",
  );

  const [found] = wrongOf(checkStore(path));
  expect(found).toMatch(/^foreign keys: .*2 rows of step without their run/);
  expect(found).toContain("1 row of eval without their run");
  expect(mendedOf(checkStore(path, { isRepairing: true }))[0]).toMatch(/^foreign keys: deleted /);

  expect(wrongOf(checkStore(path))).toEqual([]);
  expect(contentOf(path)).toEqual(whole);
});

test("a run whose process has died is marked as interrupted", () => {
  const path = finishedStore();
  damage(
    path,
    "update run set state = 'running', pid = 1, host = 'gone', heartbeat_at = 0 where id = 2",
    "delete from seal where run_id = 2",
  );

  expect(wrongOf(checkStore(path))).toEqual([
    "running: their process has died: g/v2; `ablate run` trains them again",
  ]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "running: marked as interrupted: g/v2",
  ]);
  expect(readerAt(path).run("g/v2")).toMatchObject({
    state: "interrupted",
    reason: "process died",
  });
});

test("what a live process is writing is left alone", () => {
  const path = finishedStore();
  const live = `state = 'running', claim = 'x', pid = ${process.pid}, host = '${hostname()}', heartbeat_at = ${Date.now()}`;
  damage(
    path,
    `update run set ${live} where id = 1`,
    "delete from step where run_id = 1 and step = 7",
    "update checkpoint set weights = x'00' where run_id = 1",
  );
  const before = contentOf(path);

  expect(wrongOf(checkStore(path, { isRepairing: true }))).toEqual([
    "steps: being trained, left alone: g/v1 is whole up to 7 steps of 5,000",
    "checkpoints: being trained, left alone: g/v1",
  ]);
  expect(contentOf(path)).toEqual(before);
});

test("without time for more, rollups are counted", () => {
  const path = finishedStore();
  damage(path, "delete from rollup where run_id = 1 and level = 16 and bucket = 100");

  const checks = checkStore(path, { budgetMs: 0 });

  expect(wrongOf(checks)).toEqual(["rollup: not consistent with the steps: g/v1"]);
  expect(checks.find(({ check }) => check === "checkpoints")?.detail).toContain("0 of 2");
});
