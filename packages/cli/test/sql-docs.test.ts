import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildDataset, parseNames, Trainer } from "@ablate/core";
import { loadConfig, planRuns } from "@ablate/runner";
import { beforeAll, expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";

const ROOT = new URL("../../../", import.meta.url);
const STEPS = 300;
const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;
const plainTest = test.skipIf(!hasSqlite3 && !process.env.CI);
const queries = readFileSync(new URL("docs/sql.md", ROOT), "utf8")
  .split("```sql\n")
  .slice(1)
  .map((block) => block.slice(0, block.indexOf("```")));

let store = "";

beforeAll(async () => {
  const folder = makeFolder();
  store = join(folder, "ablate.db");
  for (const args of [
    ["demo", "--steps", `${STEPS}`, "--quiet"],
    ["tag", "quickstart/v5", "baseline"],
    ["note", "quickstart/v5", "Kaiming is enough"],
    ["tag", "quickstart", "lecture"],
  ]) {
    expect((await ablate(folder, ...args)).status, args.join(" ")).toBe(0);
  }
});

/** What the `sqlite3` command prints, a row a line. */
function sqlite3(query: string): string[] {
  const { status, stdout, stderr } = spawnSync("sqlite3", [store, query], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

test("the page has queries", () => {
  expect(queries.length).toBeGreaterThan(5);
});

plainTest.each(queries)("the sqlite3 command answers %s", (query) => {
  expect(sqlite3(query)[0]).not.toBe("");
});

plainTest("the last loss of each run is there, six rows", () => {
  const rows = sqlite3(queries[0] ?? "").map((row) => row.split("|"));

  expect(rows.map(([run, step]) => [run, step])).toEqual(
    ["v1", "v2", "v3", "v4", "v5", "v7"].map((name) => [`quickstart/${name}`, `${STEPS - 1}`]),
  );
  for (const [, , loss] of rows) expect(Number(loss)).toBeGreaterThan(1);
});

plainTest("a curve covers every step", () => {
  const counts = sqlite3(queries[2] ?? "").map((row) => Number(row.split("|")[1]));

  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(STEPS);
});

plainTest("tags and notes of runs and grids are there", () => {
  expect(sqlite3("select * from tags order by run")).toEqual([
    "quickstart||lecture",
    "quickstart|quickstart/v5|baseline",
  ]);
  expect(sqlite3("select * from notes")).toEqual(["quickstart|quickstart/v5|Kaiming is enough"]);
});

plainTest("losses and ratios are bit-equal to those of a training in memory", () => {
  const config = loadConfig(new URL("configs/quickstart.yaml", ROOT).pathname, { steps: STEPS });
  const planned = planRuns(config, "").runs.find(({ variant }) => variant === "v5");
  if (planned === undefined) throw new Error("quickstart.yaml has no v5");
  const { names } = parseNames(readFileSync(new URL("data/names.txt", ROOT)));
  const trainer = new Trainer(planned.spec, buildDataset(names, { context: 3, shuffleSeed: 42 }));
  const loss = new Float64Array(STEPS);
  const ratios = new Float32Array(STEPS * trainer.parameters.length);
  trainer.advance({ loss, lr: new Float64Array(STEPS), ratios }, STEPS);
  const weight = trainer.parameters.findIndex(({ name }) => name === "hidden1.weight");

  const rows = sqlite3(
    `select printf('%!.20g', l.loss), printf('%!.20g', u.ratio)
     from loss l join update_ratio u on u.run = l.run and u.step = l.step
     where l.run = 'quickstart/v5' and u.param = 'hidden1.weight' order by l.step`,
  ).map((row) => row.split("|").map(Number));

  expect(rows.map(([value]) => value)).toEqual([...loss]);
  expect(rows.map(([, value]) => value)).toEqual(
    Array.from({ length: STEPS }, (_, step) => ratios[step * trainer.parameters.length + weight]),
  );
});

plainTest("v1 begins saturated and confident, v5 does not", () => {
  const saturated = sqlite3(
    `select run, saturated > 0.5 from layer_stats
     where step = 0 and layer = 'hidden1' and kind = 'activation' and run glob '*/v[15]' order by 1`,
  );
  const confident = sqlite3(
    `select run, max(probability) > 0.5 from logits
     where step = 0 and run glob '*/v[15]' group by run order by 1`,
  );

  expect(saturated).toEqual(["quickstart/v1|1", "quickstart/v5|0"]);
  expect(confident).toEqual(["quickstart/v1|1", "quickstart/v5|0"]);
});
