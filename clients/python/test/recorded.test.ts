/** From a training script in Python to the store: the same numbers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "../../../packages/cli/test/make.ts";
import { pythonWith } from "../../../testing/python.ts";

const ROOT = join(import.meta.dirname, "..");
const { env, missing } = pythonWith("torch");
const skipped = missing !== null && process.env.CI === undefined;

type Seen = {
  readonly losses: readonly number[];
  readonly names: readonly string[];
  readonly ratios: readonly (readonly number[])[];
};

test.skipIf(skipped)(
  `what a script trains in two parts is one run of the store${skipped ? ` (skipped: ${missing})` : ""}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "recorded-"));
    const paths = [join(ROOT, "src"), join(ROOT, "tests"), env.PYTHONPATH].join(":");
    const script = join(ROOT, "tests", "train_twice.py");
    const { stdout, stderr } = spawnSync("python3", [script, join(folder, "runs")], {
      encoding: "utf8",
      env: { ...env, PYTHONPATH: paths, PYTHONDONTWRITEBYTECODE: "1" },
    });
    expect(stderr).toBe("");
    const seen: Seen = JSON.parse(stdout);

    const recorded = await ablate(folder, "record", "runs");

    expect(recorded).toMatchObject({ status: 0, stderr: "" });
    const rows = async (sql: string) => jsonRows(await ablate(folder, "query", "--json", sql));
    const runs = await rows("select run, state, engine, seed from runs");
    expect(runs).toEqual([{ run: "small/adamw", state: "finished", engine: "pytorch", seed: 3 }]);
    const losses = await rows("select loss from loss order by step");
    expect(losses.map(({ loss }) => loss)).toEqual(seen.losses);
    const ratios = await rows("select step, param, ratio from update_ratio");
    expect(ratios).toHaveLength(seen.ratios.length * seen.names.length);
    for (const { step, param, ratio } of ratios) {
      const wanted = seen.ratios[Number(step)]?.[seen.names.indexOf(String(param))];
      expect(Number(ratio) / Number(wanted)).toBeCloseTo(1, 5);
    }
  },
);
