/** Every verb works on a run that another program has trained, or says in one sentence why it cannot. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { ablate, jsonRows } from "./make.ts";
import { recordedFolder } from "./recorded-make.ts";

type Call = readonly [words: string, says: RegExp];

const NO_CONFIG = /^ablate: mnist is recorded from a log \(csv\): another program trains it, .*\n$/;

/** What comes after each verb, and what stdout or, where it says why it cannot, stderr is like; null: no run is read. */
const CALLS: Readonly<Record<string, readonly Call[] | null>> = {
  demo: null,
  new: null,
  plan: [["mnist", NO_CONFIG]],
  run: [
    ["mnist", NO_CONFIG],
    ["cnn", /^ablate: cnn has runs that are recorded from logs \(jsonl\): /],
  ],
  ui: [["--once --size 100x30", /keras\/mnist/]],
  watch: [
    ["cnn", /^cnn: 4 finished\n$/],
    ["ends", /^ends: 1 failed, 1 interrupted; nothing is being recorded\n$/],
    ["cnn --json", /"state":"finished".*"source":"jsonl"/],
  ],
  runs: [
    [
      "keras",
      /^run +state +.*accuracy\nkeras\/mnist +finished +- +31 +0\.2500 +- +0\.8000 +- +0\.9\n$/,
    ],
    ["accuracy>0.85", /^run.*\nkeras\/mnist .*\n$/],
    ["val/acc.min<0.2", /\nkeras\/mnist .*\n$/],
    ["metric.accuracy=0.9", /\nkeras\/mnist .*\n$/],
    ['"tokens/s">200', /\nkeras\/mnist .*\n$/],
    ["source:wandb", /\nsweep\/first .*\nsweep\/again .*\n$/],
    ["init:x", /^no run matches$/m],
    ["acuracy>1", /^ablate: .* no run has a field "acuracy"; did you mean "accuracy"\?\n$/],
    ["optimizer:sgd", /^no run matches$/m],
  ],
  show: [
    ["mnist", /\n {2}steps +up to step 30, metrics alone\n {2}seed +unknown\n/],
    ["mnist", /\n {2}log +csv: \/runs\/keras\/log\.csv\n/],
    ["mnist", /\n {2}accuracy +higher +4 +0\.9 +30 /],
    ["mnist", /\n {2}train\.lr +auto\n(.*\n)* {2}user +ada\n$/],
    ["adamw", /\n {2}steps +300, 33 a second\n/],
    [
      "adamw",
      /\nparameters, update ratios by rms of the single step 299 (.*\n)+ {2}not trained: h0\.mask\n/,
    ],
    ["live", /\n {2}steps +0, end open\n/],
    ["bad", /\n {2}error +CUDA out of memory\n/],
    ["mnist --json", /"log_files":\["\/runs\/keras\/log\.csv"\]/],
  ],
  diagnose: [
    ["adamw", /^gpt\/adamw/],
    ["cnn", /^cnn: 4 runs/],
    ["mnist", /^keras\/mnist/],
  ],
  tag: [["first x", /^sweep\/first: added x\n$/]],
  note: [["first slow", /^sweep\/first: noted\n$/]],
  rename: [["first best", /^renamed sweep\/first to sweep\/best\n$/]],
  rm: [["again", /^sweep\/again: in the trash\n/]],
  restore: [["again", /^sweep\/again: restored\n$/]],
  gc: [["--yes", /^deleted 0 runs/]],
  config: [
    ["adamw", /^\{\n {2}"lr": 0\.0003,\n {2}"layers": 2,/],
    ["mnist --json", /^\[\n {2}\{"run":"keras\/mnist","config":\{"model":"resnet18"/],
  ],
  diff: [
    ["mnist adamw", /\nnot the same run, because of model, train\.lr, .* and 4 more\n$/],
    ["best again", /\nnot the same run, though their settings are the same\n$/],
    ["mnist adamw --json", /"key":"key\.with\.dots\.a\.b","a":1,"b":null,"identity":true/],
  ],
  compare: [
    ["cnn", /^cnn: 4 runs, 2 rows, 2 seeds; mean/],
    ["keras gpt --csv", /./],
    ["cnn --by lr --metric accuracy", /^0\.1 +0\.8 ± 0 \* +2$/m],
  ],
  sample: [
    ["mnist", /^ablate: keras\/mnist is recorded from a log \(csv\): a log has no weights .*\n$/],
  ],
  forward: [["mnist ab", /^ablate: keras\/mnist is recorded from a log \(csv\): .*\n$/]],
  data: [["mnist", NO_CONFIG]],
  softmax: null,
  activation: null,
  draw: null,
  gain: null,
  "lr-range": [["mnist", NO_CONFIG]],
  query: [["select loss from runs where source = 'csv'", /^loss\n0\.25\n$/]],
  export: [
    [
      "mnist -o - --format csv",
      /^run,step,loss,lr,metric\.loss,.*\r\nkeras\/mnist,0,2\.3,,2\.3,2\.2,0\.1,0\.1,100\r\n/,
    ],
    [
      "mnist -o x.safetensors",
      /^ablate: keras\/mnist is recorded from a log \(csv\): it has no weights\n$/,
    ],
    ["cnn -o x.pt", /^ablate: cnn is recorded from logs \(jsonl\): it has no weights\n$/],
    ["cnn -o x.db", /^wrote cnn \(4 runs\) to x\.db /],
  ],
  import: [["x.db --store other.db", /\nimported 4 runs of 4\n$/]],
  report: [["cnn -o x.html", /^wrote /]],
  chart: [["cnn -o x.svg", /^wrote x\.svg, /]],
  verify: [["mnist", NO_CONFIG]],
  doctor: [
    [
      "",
      /\nbad +running +their process has died: ends\/live; `ablate record` continues with their logs\n/,
    ],
  ],
  worker: null,
  workers: null,
  completion: null,
};

/** What reads a log itself, for which other tests are. */
const READS_LOGS: readonly string[] = ["record"];

test("every verb is asked for a recorded run here, and nothing else", () => {
  const verbs = VERBS.map(({ name }) => name).filter((name) => !READS_LOGS.includes(name));
  expect(Object.keys(CALLS).sort()).toEqual(verbs.sort());
});

const folder = recordedFolder();
const said = Object.entries(CALLS).flatMap(([verb, calls]) =>
  (calls ?? []).map(([words, says]) => ({ verb, words, says })),
);

test.each(said)("ablate $verb $words says what it has to", async ({ verb, words, says }) => {
  const quoted = verb === "query" ? [words] : words.split(" ").filter((word) => word !== "");

  const { status, stdout, stderr } = await ablate(folder, verb, ...quoted);

  expect(stderr).not.toMatch(/internal error|undefined|NaN|damaged/);
  if (!words.includes("json")) expect(stdout).not.toMatch(/undefined|NaN| of -|\d\/-|damaged/);
  expect(stdout + stderr).not.toContain("\u001b");
  expect(stdout.search(says) >= 0 ? stdout : stderr).toMatch(says);
  const isRefused = stdout === "" && stderr.startsWith("ablate: ");
  expect(isRefused ? [2] : [0, 1]).toContain(status);
});

test.each(["csv", "jsonl", "parquet"])(
  "every table of recorded runs is exported as %s",
  async (format) => {
    for (const table of [
      "history",
      "runs",
      "grid_runs",
      "loss",
      "curve",
      "series",
      "metrics",
      "metric_summary",
    ]) {
      const file = `${table}.${format}`;
      const { status, stderr } = await ablate(
        folder,
        "export",
        "gpt",
        "--table",
        table,
        "-o",
        file,
      );
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^wrote \d+ rows? of gpt/)]);
      rmSync(join(folder, file));
    }
  },
);

test("what every list prints as JSON is JSON, whatever a config says", async () => {
  for (const words of [["runs"], ["compare", "keras", "gpt"], ["query", "select * from series"]]) {
    expect(jsonRows(await ablate(folder, ...words, "--json")).length).toBeGreaterThan(0);
  }
});

test("a config of a grid that has recorded runs is planned and trained beside them", async () => {
  const mixed = recordedFolder();
  writeFileSync(
    join(mixed, "cnn.yaml"),
    "name: cnn\ndata: { file: names.txt }\nmodel: { embedding: 2, hidden: [3] }\ntrain: { steps: 4, batch_size: 2 }\nseeds: [1]\n",
  );

  const plan = await ablate(mixed, "plan", "cnn.yaml");
  expect([plan.status, plan.stderr]).toEqual([0, ""]);
  expect(plan.stdout).toContain("1 to train");
  expect((await ablate(mixed, "run", "cnn.yaml", "--workers", "1")).status).toBe(0);

  const runs = await ablate(mixed, "runs", "--grid", "cnn");
  expect(runs.stdout).toMatch(/^cnn\/run +finished +1 +4\/4 /m);
  expect(runs.stdout).toMatch(/^cnn\/lr=0\.1-seed=1 +finished +1 +11\/40 /m);
  const compared = await ablate(mixed, "compare", "cnn");
  expect(compared.stdout).toMatch(/^cnn: 5 runs, 3 rows, 2 seeds; /);
  expect(compared.stdout).toMatch(/^ *lr=0\.2 .* 1\.3500 ± 0\.0707 +2 +10$/m);
  expect((await ablate(mixed, "report", "cnn", "-o", "x.html")).status).toBe(0);
  const doctor = await ablate(mixed, "doctor");
  expect(doctor.stdout).not.toMatch(/^bad +digests/m);
});
