/** Seeds that a number does not hold, and negative ones: from a config to the store, `--json`, filters and back. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const HUGE = "18446744073709551615";
const ODD = "9007199254740993";

/** What PyTorch makes of -1, of the largest seed and of this one are the same random numbers. */
const LOW_BITS = 4_294_967_295;

async function trained(): Promise<string> {
  const folder = makeFolder();
  writeFileSync(
    join(folder, "s.yaml"),
    `data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 4, batch_size: 4 }
grid: { train.lr: [0.1, 0.2] }
seeds: [42, -1, ${HUGE}, ${ODD}, ${LOW_BITS}]
record: { samples: 2, probes: none }
`,
  );
  const { status, stderr } = await ablate(folder, "run", "s.yaml", "--quiet", "--workers", "1");
  expect([status, stderr]).toEqual([0, ""]);
  return folder;
}

test("a seed is kept digit by digit, trains as PyTorch's does, and finds its run again", async () => {
  const folder = await trained();
  const runs = jsonRows(await ablate(folder, "runs", "--json"));
  const first = runs.slice(0, 5);
  const lossOf = (seed: unknown) => first.find((run) => run.seed === seed)?.loss;
  const filtered = async (filter: string) =>
    jsonRows(await ablate(folder, "runs", "--json", "--only", filter)).map(({ seed }) => seed);

  expect(first.map(({ seed }) => seed)).toEqual([42, -1, HUGE, ODD, LOW_BITS]);
  expect(first.map(({ run }) => run)).toContain(`s/lr=0.1-seed=${HUGE}`);
  expect([lossOf(-1), lossOf(HUGE)]).toEqual([lossOf(LOW_BITS), lossOf(LOW_BITS)]);
  expect(lossOf(ODD)).not.toBe(lossOf(42));
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(10);
  expect(await filtered(`seed=${HUGE} lr=0.1`)).toEqual([HUGE]);
  expect(await filtered(`seed>=${ODD} lr=0.1`)).toEqual([HUGE, ODD]);
  expect(await filtered("seed<0 lr=0.1")).toEqual([-1]);
  expect(await filtered("seed>1e18 lr=0.1")).toEqual([HUGE]);

  const stored = await ablate(folder, "config", `s/lr=0.1-seed=${HUGE}`);
  writeFileSync(join(folder, "again.yaml"), stored.stdout);
  const planned = jsonRows(await ablate(folder, "plan", "again.yaml", "--json"));
  expect(planned).toMatchObject([{ seed: HUGE, state: "finished", run: `s/lr=0.1-seed=${HUGE}` }]);
  const again = await ablate(folder, "plan", "s.yaml", "--seeds", `${HUGE},-1`, "--json");
  expect(jsonRows(again).map(({ state }) => state)).toEqual(Array(4).fill("finished"));
});

test("runs are paired by such seeds, and tables that are exported have all digits", async () => {
  const folder = await trained();
  const { stdout } = await ablate(folder, "compare", "s");
  const csv = await ablate(folder, "export", "s", "--table", "runs", "--format", "csv", "-o", "-");
  const column = await ablate(
    folder,
    "query",
    "select seed, typeof(seed) as kind from run",
    "--json",
  );

  expect(stdout).toContain("10 runs, 2 rows, 5 seeds");
  expect(csv.stdout).toContain(`,${HUGE},`);
  expect(csv.stdout).toContain(`,${ODD},`);
  // Versions that know no such seeds read the column as a number: it is what a generator makes of the seed.
  expect(jsonRows(column).slice(0, 4)).toEqual(
    [42, -1, LOW_BITS, 1].map((seed) => ({ seed, kind: "integer" })),
  );
});

test("commands that draw take every seed that PyTorch takes", async () => {
  const folder = makeFolder();
  const drawn = (seed: string) => ablate(folder, "draw", "randn", "3", "--json", `--seed=${seed}`);
  const [{ values } = {}] = jsonRows(await drawn(String(LOW_BITS)));

  expect(jsonRows(await drawn(HUGE))).toMatchObject([{ seed: HUGE, values }]);
  expect(jsonRows(await drawn("-1"))).toMatchObject([{ seed: -1, values }]);
  const { status, stderr } = await drawn("18446744073709551616");
  expect([status, stderr]).toEqual([
    2,
    'ablate: --seed takes a whole number from -2^63 to 2^64 - 1, not "18446744073709551616"\n',
  ]);
});
