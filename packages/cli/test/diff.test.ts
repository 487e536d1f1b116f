import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, planRuns } from "@ablate/runner";
import { openWriter } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

/** `small.yaml`, trained for 50 steps, for tests that only read. */
let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await ablate(folder, "run", "small.yaml", "--steps", "50", "--quiet");
});

test("two runs differ in what differs, and the last sentence says because of what", async () => {
  const { status, stdout } = await ablate(folder, "diff", "plain", "normed");

  expect(status).toBe(0);
  expect(stdout).toBe(
    [
      "key               small/plain  small/normed                                                identity",
      "model.batch_norm  none         hidden(epsilon: 0.00001, momentum: 0.1, running: variance)  yes",
      "name              small/plain  small/normed                                                no",
      "",
      "not the same run, because of model.batch_norm",
      "",
    ].join("\n"),
  );
});

test("a config of several runs is matched to the run by hash, and says that it is done", async () => {
  const { status, stdout } = await ablate(folder, "diff", "small.yaml", "normed", "--steps", "50");

  expect([status, stdout]).toEqual([0, "the same run: small/normed, finished\n"]);
});

test("else by its label, in either order", async () => {
  const there = await ablate(folder, "diff", "small.yaml", "small/normed", "--json");
  const back = await ablate(folder, "diff", "small/normed", "small.yaml", "--json");

  expect(jsonRows(there)).toEqual([{ key: "train.steps", a: 200, b: 50, identity: true }]);
  expect(jsonRows(back)).toEqual([{ key: "train.steps", a: 50, b: 200, identity: true }]);
});

test("else it says to narrow the config with --only, which does", async () => {
  const sweep = ["--steps", "50", "--set", "train.lr=0.5,0.7"];
  const many = await ablate(folder, "diff", "small.yaml", "plain", ...sweep);
  const one = await ablate(
    folder,
    "diff",
    "small.yaml",
    "plain",
    ...sweep,
    "--only",
    "label:plain-lr=0.7",
  );

  expect([many.status, many.stdout]).toEqual([2, ""]);
  expect(many.stderr).toBe(
    "ablate: small.yaml has 4 runs, none of which is small/plain or has its label; say which with --only, as --only label:plain-lr=0.5\n",
  );
  expect(one.stdout).toMatch(/not the same run, because of train\.lr\n$/);
});

test("several keys are listed; name, description, record and the place of the data decide nothing", async () => {
  const other = makeFolder();
  const text = readFileSync(join(folder, "small.yaml"), "utf8")
    .replace("two short runs", "others")
    .replace("name: small", "name: other")
    .replace("samples: 4", "samples: 5");
  writeFileSync(join(other, "small.yaml"), text);
  const store = ["--store", join(folder, "ablate.db")];
  const only = ["--steps", "50", "--only", "plain"];

  const same = await ablate(other, "diff", "small.yaml", "small/plain", ...store, ...only);
  const more = ["--set", "model.embedding=5", "--set", "train.l2=0.1"];
  const another = await ablate(
    other,
    "diff",
    "small.yaml",
    "small/plain",
    ...store,
    ...only,
    ...more,
  );

  expect(same.stdout).toMatch(/^description .* no$/m);
  expect(same.stdout).toMatch(/^record\.samples .* no$/m);
  expect(same.stdout).toMatch(/^data\.file .* no$/m);
  expect(same.stdout).toMatch(/\nthe same run: small\/plain, finished\n$/);
  expect(same.stdout).not.toMatch(/ yes$/m);
  expect(another.stdout).toMatch(/because of model\.embedding and train\.l2\n$/);
});

test("other data are told by their hash", async () => {
  const other = makeFolder();
  await ablate(other, "run", "small.yaml", "--steps", "50", "--only", "plain", "--quiet");
  appendFileSync(join(other, "names.txt"), "\nzoe\n");
  const args = ["diff", "small.yaml", "plain", "--steps", "50", "--only", "plain"];

  const { stdout } = await ablate(other, ...args);
  const [row, ...rest] = jsonRows(await ablate(other, ...args, "--json"));

  expect(stdout).toMatch(/^data +[0-9a-f]{12}… +[0-9a-f]{12}… +yes$/m);
  expect(stdout).toMatch(/\nnot the same run, because of data\n$/);
  expect(rest).toEqual([]);
  expect(row).toMatchObject({ key: "data", identity: true });
  expect(row?.a).toMatch(/^[0-9a-f]{64}$/);
  expect(row?.a).not.toBe(row?.b);
});

test("the data of a run that never started are not known, but that they are others is", async () => {
  const other = makeFolder();
  const config = loadConfig(join(other, "small.yaml"));
  const { name, description, text: spec } = config;
  const writer = openWriter(join(other, "ablate.db"));
  const { runs } = planRuns(config, "hash of other data");
  writer.planGrid({ name, description, spec, runs });
  writer.close();

  const { stdout } = await ablate(other, "diff", "small.yaml", "plain");

  expect(stdout).toMatch(/^data +[0-9a-f]{12}… +unknown +yes$/m);
  expect(stdout).toMatch(/\nnot the same run, because of data\n$/);
});

test("another engine is another run", async () => {
  const { stdout } = await ablate(
    folder,
    "diff",
    "small.yaml",
    "plain",
    "--steps",
    "50",
    "--engine",
    "tfjs",
  );

  expect(stdout).toMatch(/^engine +tfjs +simd +yes$/m);
  expect(stdout).toMatch(/because of engine\n$/);
});

test("values that are alike in short are shown in full", async () => {
  const set = ["--steps", "50", "--set", "train.lr=0.1000001"];

  expect((await ablate(folder, "diff", "small.yaml", "plain", ...set)).stdout).toMatch(
    /^train\.lr +0\.1000001 +0\.1 +yes$/m,
  );
});

test("what is not found ends with 2 and a sentence, and no store is made", async () => {
  const empty = makeFolder();
  mkdirSync(join(empty, "small"));

  const noRun = await ablate(folder, "diff", "plain", "normd");
  const noFile = await ablate(folder, "diff", "smal.yaml", "plain");
  const noStore = await ablate(empty, "diff", "small.yaml", "small/plain");

  expect([noRun.status, noRun.stderr]).toEqual([
    2,
    'ablate: there is no run "normd"; did you mean normed?\n',
  ]);
  expect(noFile.status).toBe(2);
  expect(noFile.stderr).toMatch(/^smal\.yaml: no such file, did you mean small\.yaml/);
  expect(noStore.status).toBe(2);
  expect(noStore.stderr).toMatch(/^ablate: there is no store at /);
  expect(existsSync(join(empty, "ablate.db"))).toBe(false);
});

test("two configs of one run each need no store", async () => {
  const empty = makeFolder();
  const one = readFileSync(join(empty, "small.yaml"), "utf8").split("variants:")[0] ?? "";
  writeFileSync(join(empty, "one.yaml"), one);
  writeFileSync(join(empty, "two.yaml"), one.replace("seeds: [42]", "seeds: [7]"));

  const { status, stdout } = await ablate(empty, "diff", "one.yaml", "two.yaml");

  expect(status).toBe(0);
  expect(stdout).toMatch(/not the same run, because of seed\n$/);
  expect(existsSync(join(empty, "ablate.db"))).toBe(false);
});
