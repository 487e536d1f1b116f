/** The scripts of examples/pytorch, trained by PyTorch: healthy ones, and those that are broken on purpose. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { ablate, jsonRows } from "./make.ts";

const ROOT = join(import.meta.dirname, "../../..");
const IS_LONG = process.env.ABLATE_LONG === "1";
const { env, missing } = pythonWith("torch");

/** Runs scripts one after the other, so that PyTorch is loaded once. */
const RUN_ALL = `
import json, runpy, sys
for script, *words in json.loads(sys.stdin.read()):
    sys.argv = [script, *words]
    runpy.run_path(script, run_name="__main__")
`;

type Example = {
  readonly script: "gpt" | "cnn" | "mlp";
  readonly sick: string;
  readonly seed: number;
  /** Of the short form; the long one has those of the script. */
  readonly steps: number;
};

/** What each broken script is diagnosed with first. */
const SICK = {
  "high-lr": "learning-rate",
  "dead-relus": "dead-units",
  frozen: "frozen",
  "no-warm-up": "warm-up",
  exploding: "growing-activations",
} as const;

const SHORT: readonly Example[] = [
  { script: "gpt", sick: "healthy", seed: 1, steps: 160 },
  { script: "gpt", sick: "healthy", seed: 2, steps: 160 },
  { script: "cnn", sick: "healthy", seed: 1, steps: 200 },
  { script: "mlp", sick: "healthy", seed: 1, steps: 300 },
  { script: "cnn", sick: "high-lr", seed: 1, steps: 200 },
  { script: "mlp", sick: "dead-relus", seed: 1, steps: 200 },
  { script: "cnn", sick: "frozen", seed: 1, steps: 200 },
  { script: "gpt", sick: "no-warm-up", seed: 1, steps: 160 },
  { script: "mlp", sick: "exploding", seed: 1, steps: 200 },
];

const KINDS = {
  gpt: ["healthy", "high-lr", "no-warm-up", "frozen"],
  cnn: ["healthy", "high-lr", "dead-relus", "frozen"],
  mlp: ["healthy", "high-lr", "dead-relus", "frozen", "exploding"],
} as const;

const LONG: readonly Example[] = (["gpt", "cnn", "mlp"] as const).flatMap((script) =>
  KINDS[script].flatMap((sick) => [1, 2, 3].map((seed) => ({ script, sick, seed, steps: 0 }))),
);

const EXAMPLES = IS_LONG ? LONG : SHORT;
const HEALTHY = EXAMPLES.filter(({ sick }) => sick === "healthy").map(nameOf);
const BROKEN = EXAMPLES.flatMap((one) => {
  const rule = Object.entries(SICK).find(([sick]) => sick === one.sick)?.[1];
  return rule === undefined ? [] : [[nameOf(one), rule] as const];
});

function nameOf({ script, sick, seed }: Example): string {
  return `${script}/${sick}-s${seed}`;
}

function wordsOf({ script, sick, seed, steps }: Example, folder: string): readonly string[] {
  const length = steps === 0 ? [] : ["--steps", `${steps}`];
  const path = join(ROOT, "examples/pytorch", `${script}.py`);
  return [path, "--sick", sick, "--seed", `${seed}`, "--folder", join(folder, "runs"), ...length];
}

const folder = mkdtempSync(join(tmpdir(), "ablate-examples-"));

/** What the recorder has stored of a run's findings. */
async function stored(at: string, run: string): Promise<readonly object[]> {
  const sql = `select run, level, rule, layer, param, step, value, message, until from findings where run = '${run}'`;
  return jsonRows(await ablate(at, "query", sql, "--json"));
}

describe.skipIf(missing !== null)(`examples${missing === null ? "" : ` (${missing})`}`, () => {
  beforeAll(async () => {
    const path = `${join(ROOT, "clients/python/src")}:${env.PYTHONPATH}`;
    const { status, stderr } = spawnSync("python3", ["-c", RUN_ALL], {
      env: { ...env, PYTHONPATH: path },
      input: JSON.stringify(EXAMPLES.map((one) => wordsOf(one, folder))),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect((await ablate(folder, "record", "runs")).stderr).toBe("");
  }, 3_000_000);

  test.each(HEALTHY)("%s is healthy", async (run) => {
    const found = jsonRows(await ablate(folder, "diagnose", run, "--json"));

    expect(found.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test.each(BROKEN)("%s is diagnosed: %s", async (run, rule) => {
    const { stdout } = await ablate(folder, "diagnose", run);
    const [, first] = /^ {11}([a-z-]+), since /m.exec(stdout) ?? [];

    expect([first, stdout]).toEqual([rule, stdout]);
  });

  test.each(EXAMPLES.map(nameOf))("the findings of %s are stored as they are told", async (run) => {
    const told = jsonRows(await ablate(folder, "diagnose", run, "--json"));

    expect(await stored(folder, run)).toEqual(told);
  });

  test("a log that is read in parts, by several processes, has the findings of the whole", async () => {
    const parts = mkdtempSync(join(tmpdir(), "ablate-parts-"));
    mkdirSync(join(parts, "runs"));
    const [file = ""] = readdirSync(join(folder, "runs")).filter((one) =>
      one.startsWith("cnn-high-lr-s1"),
    );
    const bytes = readFileSync(join(folder, "runs", file));
    for (const share of [0.1, 0.5, 0.9, 1]) {
      writeFileSync(join(parts, "runs", file), bytes.subarray(0, bytes.length * share));
      await ablate(parts, "record", "runs");
      const told = jsonRows(await ablate(parts, "diagnose", "cnn/high-lr-s1", "--json"));
      expect(await stored(parts, "cnn/high-lr-s1")).toEqual(told);
    }

    expect(await stored(parts, "cnn/high-lr-s1")).toEqual(await stored(folder, "cnn/high-lr-s1"));
  });

  test("seeds of one script are compared and reported", async () => {
    const compared = await ablate(folder, "compare", "gpt");
    const { status } = await ablate(folder, "report", "gpt", "-o", "gpt.html");

    expect(compared.status).toBe(0);
    expect(compared.stdout).toContain("valid");
    expect(status).toBe(0);
    expect(readFileSync(join(folder, "gpt.html"), "utf8")).toContain("gpt/healthy-s2");
  });
});
