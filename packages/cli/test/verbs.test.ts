/** Every verb once as a process of its own; other tests run most of their commands within theirs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { makeFolder, startAblate } from "./make.ts";
import { train } from "./train.ts";

const STEPS = ["--steps", "20"];

/** What comes after the verb, what stdout begins with, what is on stderr, and the exit code where it is not 0. */
const CALLS: Readonly<
  Record<string, readonly [string[], stdout: RegExp, stderr: RegExp, status?: number]>
> = {
  demo: [["--steps", "1", "--quiet"], /^\n +what changes [\s\S]*\nv7 /, /^$/],
  new: [["new.yaml"], /^$/, /^wrote new\.yaml; /],
  plan: [["small.yaml", ...STEPS], /^run [\s\S]*\n2 runs: 2 finished; 0 to train\n/, /^$/],
  run: [["small.yaml", ...STEPS], /^run +state .*\nsmall\/plain +finished /, /2 already trained\n/],
  // machines.test.ts has a Postgres for them.
  worker: [[], /^$/, /^ablate: which Postgres\? /, 2],
  workers: [[], /^$/, /^ablate: which Postgres\? /, 2],
  record: [["log.csv"], /^\S+\/\S+: 2 steps, .*finished \(end of file\)\n$/, /^$/],
  ui: [["--once", "--size", "80x24"], /^ ablate\.db › small {2}2 runs · 2 finished /, /^$/],
  watch: [["small"], /^small: 2 finished\n$/, /^small: 2 runs, 2 already trained\n$/],
  runs: [[], /^run .*\nsmall\/plain .*\nsmall\/normed .*\n\* the lowest .*\n$/, /^$/],
  show: [["plain"], /^small\/plain\n {2}state +finished \(steps\)\n/, /^$/],
  diagnose: [["small"], /^small: 2 runs, 2 healthy\nrun /, /^$/],
  tag: [["plain", "x"], /^small\/plain: added x\n$/, /^$/],
  note: [["plain", "slow"], /^small\/plain: noted\n$/, /^$/],
  rename: [["plain", "best"], /^renamed small\/plain to small\/best\n$/, /^$/],
  rm: [["normed"], /^small\/normed: in the trash\n/, /^$/],
  restore: [[], /^$/, /^the trash is empty\n$/],
  gc: [["--yes"], /^deleted 0 runs, 0 grids, 0 checkpoints: /, /^$/],
  config: [["plain"], /^[\s\S]*\nmodel:/, /^$/],
  diff: [["plain", "normed"], /^[\s\S]*batch_norm/, /^$/],
  compare: [["small"], /^small: 2 runs, 2 rows, 1 seed; /, /^$/],
  sample: [["plain", "--count", "1"], /^[a-z]*\n$/, /^$/],
  forward: [["plain", ".em"], /^\.em +logit {2}probability\n\. +-?\d/, /^$/],
  data: [["small.yaml"], /^names\.txt: 14 names, 92 examples of 3 characters\n/, /^$/],
  softmax: [["1,2"], /^\S/, /^$/],
  activation: [["tanh"], /^ +x +y +slope {2}-1\.00 to 1\.00\n/, /^$/],
  draw: [["randn", "2"], /^0\.3367 {2}0\.1288\n/, /^$/],
  gain: [["--rows", "9", "--fan-in", "4", "--fan-out", "4"], /^\S/, /^$/],
  "lr-range": [["small.yaml"], /^small\/plain, seed 42: 1,000 steps, [\s\S]*\ntry 0\.\d+, /, /^$/],
  query: [["select 1 as one"], /^one\n {2}1\n$/, /^$/],
  export: [["small", "-o", "x.csv"], /^$/, /^wrote 40 rows of small \(2 runs\) to x\.csv /],
  import: [["ablate.db", "--store", "other.db"], /imported 2 runs of 2\n$/, /^$/],
  report: [["small", "-o", "x.html"], /^$/, /^wrote /],
  chart: [["small", "-o", "x.svg"], /^$/, /^wrote x\.svg, /],
  verify: [["small.yaml", "--steps", "1"], /^small\/plain\nseries /, /^tfjs: the /m],
  doctor: [[], /^ +check +found\nok +ablate /, /^$/],
  completion: [["bash"], /^# ablate completion for bash\n/, /^$/],
};

beforeAll(() => train(makeFolder(), "small.yaml", ...STEPS)); // from here on it is copied

test("every verb is called here, and nothing else", () => {
  expect(Object.keys(CALLS).sort()).toEqual(VERBS.map(({ name }) => name).sort());
});

test.concurrent.each(Object.entries(CALLS))(
  "the process of ablate %s ends and says what it has to",
  async (verb, [words, stdout, stderr, status = 0]) => {
    const folder = makeFolder();
    await train(folder, "small.yaml", ...STEPS);
    writeFileSync(join(folder, "log.csv"), "step,loss\n0,2\n1,1.5\n");
    const said = { stdout: "", stderr: "" };
    const { child, ended } = startAblate(folder, verb, ...words);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said.stderr += text;
    });

    expect([await ended, said]).toEqual([
      status,
      { stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(stderr) },
    ]);
  },
);
