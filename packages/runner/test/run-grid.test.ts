import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { collectProvenance, type GridEvent, isToTrain, sampleSeed } from "@ablate/runner";
import { openReader, type StoreReader } from "@ablate/store";
import { expect, test } from "vitest";
import { makePath, makeSpec, trainInto } from "./run-make.ts";

test("every step, evaluation and sample of a finished run is stored", async () => {
  const path = makePath();

  const outcome = await trainInto(path, { a: makeSpec({ steps: 300 }) });

  expect(outcome).toEqual({ trained: 1, skipped: 0, bad: 0, left: 0, kept: [], trouble: null });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({ state: "finished", reason: "steps", lastStep: 299 });
    expect(count(reader, "loss")).toBe(300);
    const splits = reader.evaluations("g/a").map(({ split }) => split);
    expect(splits.toSorted()).toEqual(["test", "train", "valid"]);
    expect(reader.samples("g/a")).toHaveLength(5);
    expect(reader.weights("g/a")?.step).toBe(300);
    expect(reader.provenance("g/a")).toMatchObject({ host: "here" });
  });
});

test("a finished run is not trained again unless restarted", async () => {
  const path = makePath();
  await trainInto(path, { a: makeSpec() });

  const again = await trainInto(path, { a: makeSpec() });
  const restarted = await trainInto(path, { a: makeSpec() }, { mode: "restart" });

  expect(again).toEqual({ trained: 0, skipped: 1, bad: 0, left: 0, kept: [], trouble: null });
  expect(restarted).toEqual({ trained: 1, skipped: 0, bad: 0, left: 0, kept: [], trouble: null });
  read(path, (reader) => expect(count(reader, "loss")).toBe(300));
});

test("a diverged run ends at its first loss that is not finite and the grid goes on", async () => {
  const path = makePath();

  const outcome = await trainInto(path, { wild: makeSpec({ rate: 1e38 }), tame: makeSpec() });

  expect(outcome).toMatchObject({ trained: 2, bad: 1 });
  read(path, (reader) => {
    const run = reader.run("g/wild");
    expect(run?.state).toBe("diverged");
    expect(reader.lossAt("g/wild", run?.lastStep ?? -1)?.loss).toBeNull();
    expect(reader.lossAt("g/wild", (run?.lastStep ?? 0) - 1)?.loss).toEqual(expect.any(Number));
    expect(reader.run("g/tame")?.state).toBe("finished");
  });
});

test("a failed run keeps its message, the grid goes on, and retry-failed takes it again", async () => {
  const path = makePath();
  const broken = { ...makeSpec(), model: { ...makeSpec().model, context: -1 } };

  const first = await trainInto(path, { broken, fine: makeSpec() });
  const second = await trainInto(path, { broken, fine: makeSpec() });
  const third = await trainInto(path, { broken: makeSpec() }, { mode: "retry-failed" });

  expect(first).toMatchObject({ trained: 2, bad: 1 });
  expect(second).toMatchObject({ trained: 0, skipped: 2, bad: 1 });
  expect(third).toMatchObject({ trained: 1, bad: 0 });
});

test("an aborted grid keeps the steps so far, leaves the rest pending and can go on", async () => {
  const path = makePath();
  const specs = { a: makeSpec({ steps: 200_000 }), b: makeSpec({ seed: 2 }) };
  const controller = new AbortController();
  const onEvent = ({ event }: GridEvent): void => {
    if (event === "progress") controller.abort();
  };

  const outcome = await trainInto(path, specs, {
    workers: 1,
    signal: controller.signal,
    onEvent,
  });

  expect(outcome).toMatchObject({ trained: 1, left: 2 });
  read(path, (reader) => {
    const run = reader.run("g/a");
    expect(run).toMatchObject({ state: "stopped", reason: "user" });
    expect(count(reader, "loss")).toBe((run?.lastStep ?? 0) + 1);
    expect(reader.run("g/b")?.state).toBe("pending");
  });
});

test("the same spec in two stores gives the same bits", async () => {
  const paths = [makePath(), makePath()];
  for (const path of paths) await trainInto(path, { a: makeSpec(), b: makeSpec({ seed: 2 }) });

  const contents = paths.map((path) =>
    read(path, (reader) => [
      reader.query("select * from loss").rows,
      reader.query("select * from update_ratio").rows,
      reader.query("select * from evals").rows,
      reader.query("select * from samples").rows,
      reader.weights("g/a")?.bytes,
    ]),
  );

  expect(isDeepStrictEqual(contents[0], contents[1])).toBe(true);
});

test("only runs that are not done and that no other process has are trained", () => {
  const states = ["pending", "stopped", "interrupted", "failed", "finished", "running"] as const;

  expect(states.map((state) => isToTrain({ state }))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(isToTrain({ state: "failed" }, "retry-failed")).toBe(true);
});

test("names are sampled with a seed of their own", () => {
  expect(sampleSeed(2147483647)).toBe(2147483657);
});

test("provenance names the program, its data and the machine, also outside a checkout", () => {
  const config = makePath();
  writeFileSync(config, "");
  const facts = collectProvenance({ config, ablateVersion: "1.2.3", dataHash: "abc" });

  expect(facts).toMatchObject({ ablate: "1.2.3", data_sha256: "abc", git_commit: null });
  expect(facts.node).toBe(process.versions.node);
});

function read<T>(path: string, use: (reader: StoreReader) => T): T {
  const reader = openReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

function count(reader: StoreReader, view: string): unknown {
  return reader.query(`select count(*) from ${view}`).rows[0]?.[0];
}
