import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { csv } from "../src/csv/csv.ts";
import { jsonl } from "../src/jsonl/jsonl.ts";
import { foundFile, logOf, points, readLog } from "./read-log.ts";

const { env, missing } = pythonWith("torch");
const withLoggers = test.runIf(missing === null || process.env.CI !== undefined);
if (missing !== null) test.skip(`files of real loggers: ${missing}`, () => {});

type Row = Readonly<Record<string, number>>;

/** Returns the numbers of a name in rows, by their steps; of a step that has several the last one. */
function logged(rows: readonly Row[], name: string, steps: readonly number[]): [number, number][] {
  const all = new Map<number, number>();
  for (const [i, row] of rows.entries()) {
    const number = row[name];
    if (number !== undefined) all.set(steps[i] ?? -1, number);
  }
  return [...all].sort(([a], [b]) => a - b);
}

withLoggers("reads every number that Lightning, Keras and Hugging Face's Trainer write", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-loggers-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(import.meta.dirname, "loggers.py");
  const { status, stderr } = spawnSync("python3", [script, folder], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const said: Readonly<Record<string, readonly Row[]>> = JSON.parse(
    readFileSync(join(folder, "said.json"), "utf8"),
  );
  const { lightning = [], keras = [], transformers = [] } = said;

  const ofLightning = logOf(csv, [join(folder, "lightning_logs/version_0/metrics.csv")]);
  const one = readLog(ofLightning);
  const steps = lightning.map(({ step = -1 }) => step);
  for (const name of ["train_loss_step", "train_loss_epoch", "val_loss"]) {
    expect(points(one, name)).toEqual(logged(lightning, name, steps));
    expect(points(one, name).length).toBeGreaterThan(2);
  }
  expect(ofLightning).toMatchObject({ grid: "lightning_logs", label: "version_0" });
  expect(one.run?.config).toEqual({ hidden: 5, lr: 0.1 });

  const two = readLog(logOf(csv, [join(folder, "keras.csv")]));
  for (const name of ["loss", "mae", "val_loss", "val_mae"]) {
    expect(points(two, name)).toEqual(logged(keras, name, [0, 1, 2, 3]));
  }

  const states = ["checkpoint-10", "checkpoint-20", "checkpoint-30", "."].map((name) =>
    foundFile(join(folder, "hf", name, "trainer_state.json"), false),
  );
  const [ofTrainer, ...others] = jsonl.logs(states, { stepColumn: null });
  if (ofTrainer === undefined) throw new Error("no log");
  const three = readLog(ofTrainer);
  const placed = transformers.map(({ step = -1 }) => step);
  for (const name of ["loss", "learning_rate", "grad_norm", "eval_loss", "train_loss"]) {
    expect(points(three, name)).toEqual(logged(transformers, name, placed));
    expect(points(three, name).length).toBeGreaterThan(0);
  }
  expect(others).toEqual([]);
  expect(ofTrainer.label).toBe("hf");
  expect(three.end).toMatchObject({ state: "finished" });
});
