import { appendFileSync, chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { framesOf } from "@ablate/record/test/make-frames";
import { beforeAll, expect, test, vi } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { blocks } from "./documents.ts";
import { heldWorkers } from "./held-workers.ts";
import {
  documented,
  fits,
  isObject,
  leavesOf,
  lines,
  OF_MACHINES,
  rulesHere,
  rulesOf,
  TELLING,
} from "./json-rules.ts";
import { ablate, damageCheckpoints, inTurn, makeFolder, startAblate } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";
import { PATIENCE, startHeldRun } from "./start-run.ts";
import { train } from "./train.ts";

/** What is printed without other machines; machines-json.test.ts has the rest. */
const VERBS_HERE = [...documented.keys()].filter((verb) => !OF_MACHINES.has(verb));

/** What each verb printed, every case. */
const printed = new Map<string, readonly Readonly<Record<string, unknown>>[]>();

beforeAll(async () => {
  const folder = makeFolder();
  const run = async (...args: string[]): Promise<unknown[]> =>
    (await ablate(folder, "run", "small.yaml", "--json", ...args)).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const read = async (...args: string[]): Promise<unknown[]> =>
    JSON.parse((await ablate(folder, ...args, "--json")).stdout);
  const add = (verb: string, ...results: (readonly unknown[])[]): unknown =>
    printed.set(verb, results.flat().filter(isObject));

  const fresh = await read("plan", "small.yaml");
  add(
    "run",
    await run(),
    await run("--set", "record.samples=0"),
    await run("--set", "train.lr=1e38", "--only", "plain"),
    await run("--set", "record.evaluate=none", "--steps", "50"),
    await run("--engine", "tfjs", "--steps", "5"),
    await run("--steps", "250", "--threads", "2"),
    await run(
      ...["--set", "train.clip.norm=1", "--steps", "40"],
      ...["--set", "record.best=true", "--set", "record.evaluate={ every: 10 }"],
    ),
  );
  const names = await read("sample", "small/normed", "--seed", "7");
  const forward = (
    await inTurn([[], ["--layer", "hidden1"], ["--layer", "hidden1", "--units"]], (words) =>
      read("forward", "small/plain", ...words),
    )
  ).flat();
  await ablate(folder, "export", "small", "-o", "sealed.db");
  damageCheckpoints(join(folder, "ablate.db"));
  const killed = await runWithoutItsWorker(folder);
  const older = olderFolder("version-13");
  const olderRun = async (...args: string[]) =>
    lines((await ablate(older, "run", "old.yaml", "--json", ...args)).stdout);
  const kept = await olderRun();
  add("run", printed.get("run") ?? [], await run("--steps", "300"), killed, kept);
  add("record", await recordedLogs());
  add("watch", await watchedRun());
  add(
    "plan",
    fresh,
    await read("plan", "small.yaml"),
    await read("plan", "small.yaml", "--steps", "77"),
    JSON.parse((await ablate(older, "plan", "old.yaml", "--json")).stdout),
  );
  add("run", printed.get("run") ?? [], await olderRun("--mixed-revisions"));
  await ablate(folder, "tag", "small/normed", "good");
  await ablate(folder, "note", "small/normed", "with batch norm");
  const runs = (await read("runs")).filter(isObject);
  add("runs", runs);
  add("show", ...(await inTurn(runs, ({ run: name }) => read("show", String(name)))));
  add("diagnose", await read("diagnose", "small"));
  add("config", await read("config", "small/normed"));
  add(
    "diff",
    await read("diff", "small/plain", "small/normed"),
    await read("diff", "small.yaml", "small/plain"),
  );
  add(
    "compare",
    await read("compare", "small"),
    await read(
      "compare",
      "small",
      "--by",
      "batch_norm",
      "--metric",
      "steps_per_s",
      "--metric",
      "loss",
    ),
    await read("compare", "lr>1", "small/plain"),
    await read("compare", "small", "--by", "train.steps", "--within", "batch_norm"),
    await read("compare", "small", "--importance"),
  );
  writeFileSync(
    join(folder, "two.yaml"),
    "name: two\nextends: small.yaml\ntrain: { steps: 20 }\nseeds: 1..3\ngrid: { train.lr: [0.1, 0.3] }\n",
  );
  await ablate(folder, "run", "two.yaml", "--store", "two.db", "--quiet");
  const two = ["compare", "two", "--store", "two.db"];
  add(
    "compare",
    printed.get("compare") ?? [],
    await read(...two, "--by", "train.lr", "--within", "batch_norm"),
    await read(...two, "--importance"),
  );
  add("sample", names);
  add("forward", forward);
  add("data", await read("data", "small.yaml"));
  add("softmax", await read("softmax"), await read("softmax", "--scales", "1", "--draws", "1"));
  add("activation", await read("activation", "gelu"));
  add("draw", await read("draw", "randn", "1"), await read("draw", "randint", "3"));
  add(
    "gain",
    await read("gain"),
    await read(
      "gain",
      "--schemes",
      "{ scheme: constant, value: 1e38 }",
      "--fan-in",
      "2000",
      "--rows",
      "20",
    ),
    await read("gain", "--fan-in", "1", "--fan-out", "1"),
  );
  const range = ["lr-range", "small.yaml", "--steps", "200"];
  add("lr-range", await read(...range, "--to", "1e38"), await read(...range, "--to", "0.0011"));
  add("query", await read("query", "select run from runs"));
  add("import", await read("import", "sealed.db"));
  add("verify", await read("verify", "small.yaml", "--steps", "20"));
  add("doctor", await read("doctor"));
  add("gc", await read("gc", "--dry-run"), await read("gc", "--yes"));
  add("rm", await read("rm", "small/normed", "steps=50"));
  add("restore", await read("restore"), await read("restore", "small/normed"));
});

/** What `record` prints of logs: one that is followed while the store takes nothing, a damaged one, one in the trash. */
async function recordedLogs(): Promise<unknown[]> {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  const log = join(folder, "log.csv");
  writeFileSync(log, "step,loss\n0,2\n1,1.5\n");
  const damaged = [...framesOf({ end: null }), Buffer.from("no frame begins here")];
  writeFileSync(join(folder, "a.ablate"), Buffer.concat(damaged));
  const record = async (...args: string[]): Promise<unknown[]> =>
    lines((await ablate(folder, "record", ...args, "--json")).stdout);

  const { child, ended } = startAblate(folder, "record", "log.csv", "--follow", "--json");
  let followed = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    followed += chunk.toString();
  });
  const told = (text: string) => vi.waitFor(() => expect(followed).toContain(text), PATIENCE);
  await told('"progress"');
  const held = await record("log.csv");
  chmodSync(store, 0o444);
  appendFileSync(log, "2,1\n");
  await told('"waiting"');
  chmodSync(store, 0o644);
  await told('"over"');
  child.kill("SIGINT");
  await ended;
  const again = await record("log.csv", "a.ablate");
  await ablate(folder, "rm", "gpt/base");
  return [...lines(followed), ...held, ...again, ...(await record("a.ablate"))];
}

/** What `watch` prints of a grid that is trained meanwhile. */
async function watchedRun(): Promise<unknown[]> {
  const folder = makeFolder();
  await train(folder, "small.yaml");
  const args = ["small.yaml", "--steps", "5000", "--workers", "1"];
  const run = startHeldRun("steps 9", folder, ...args);
  const { release } = await heldWorkers(folder);
  const watch = startAblate(folder, "watch", "small", "--json");
  let watched = "";
  watch.child.stdout?.on("data", (chunk: Buffer) => {
    watched += chunk.toString();
  });
  await vi.waitFor(() => expect(watched).toContain('"progress"'), PATIENCE);
  release();
  await run.ended;
  await watch.ended;
  return lines(watched);
}

test("every verb that takes --json has a section, and no other", async () => {
  const verbs = VERBS.map(async ({ name: verb, load }) => {
    const { command } = await load();
    return "json" in command.options ? [verb] : [];
  });

  expect([...documented.keys()]).toEqual((await Promise.all(verbs)).flat());
});

test.each(VERBS_HERE)("%s prints the documented keys, and all of them", (verb) => {
  const leaves = (printed.get(verb) ?? []).flatMap((row) => leavesOf(row, verb));
  const keys = new Set(leaves.map(({ key }) => key));

  expect(leaves.length).toBeGreaterThan(0);
  expect([...keys].sort()).toEqual(verb === "query" ? ["run"] : [...rulesHere(verb).keys()].sort());
});

test.each(VERBS_HERE)("what %s prints has the documented types and nulls", (verb) => {
  const rules = rulesHere(verb);
  const leaves = (printed.get(verb) ?? []).flatMap((row) => leavesOf(row, verb));

  const wrong = leaves.filter(({ key, value }) => {
    const rule = rules.get(key);
    return rule !== undefined && !fits(value, rule);
  });

  expect(wrong).toEqual([]);
});

test("query --explain-schema prints the documented keys, of the documented types", async () => {
  const { stdout } = await ablate(makeFolder(), "query", "--explain-schema", "--json");
  const rules = rulesOf("query");
  const rows: readonly unknown[] = JSON.parse(stdout);
  const leaves = rows.filter(isObject).flatMap((row) => leavesOf(row, "query"));

  expect([...new Set(leaves.map(({ key }) => key))].sort()).toEqual([...rules.keys()].sort());
  for (const { key, value } of leaves) {
    const rule = rules.get(key) ?? { type: "", nulls: "" };
    expect([key, value, fits(value, rule)]).toEqual([key, value, true]);
  }
});

test.each([...documented.keys()])("the example of %s has documented keys only", (verb) => {
  const [example = ""] = blocks(documented.get(verb) ?? "", "json");
  const rows: unknown[] = TELLING.has(verb) ? lines(example) : JSON.parse(example);
  const keys = rows.filter(isObject).flatMap((row) => leavesOf(row, verb));

  expect(keys.length).toBeGreaterThan(0);
  const known = verb === "query" ? ["run", "valid_loss"] : [...rulesOf(verb).keys()];
  for (const { key } of keys) expect(known).toContain(key);
});

/** A run whose worker is killed on the way, and whose store cannot be written to for a while. */
async function runWithoutItsWorker(folder: string): Promise<readonly unknown[]> {
  const args = ["small.yaml", "--only", "plain", "--steps", "5000", "--workers", "1"];
  const { child, ended, events } = startHeldRun("steps 9", folder, ...args);
  const { pids, release } = await heldWorkers(folder);
  const store = join(folder, "ablate.db");
  // In the turn in which it is heard, so that a fast machine cannot be done in between.
  let heard = 0;
  child.stdout?.on("data", () => {
    if (events("storage").length === heard) return;
    heard = events("storage").length;
    if (heard === 1) chmodSync(store, 0o644);
    if (heard === 2) for (const worker of pids) process.kill(worker, "SIGKILL");
  });
  chmodSync(store, 0o444);
  release();
  await ended;
  return events();
}
