import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import {
  bewitch,
  CURSE,
  change,
  curse,
  ENDLESS,
  GRID,
  harmIn,
  onTerminal,
  RUN,
} from "./hostile-make.ts";
import { makeFolder } from "./make.ts";
import { train } from "./train.ts";

/** What comes after each verb in a folder whose store, data and configs are hostile. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  demo: [[`--${CURSE}`]],
  new: [[`new${CURSE}.yaml`], [`no${CURSE}/new.yaml`]],
  plan: [["small.yaml"], ["bad.yaml"], [`${CURSE}.yaml`], ["small.yaml", "--set", `a=${CURSE}`]],
  run: [
    ["names.yaml", "--store", "names.db"],
    ["small.yaml", "--steps", "20"],
  ],
  ui: ["runs", "charts", "run", "compare", "layers", "findings"].map((view) => [
    ...["--once", "--size", "120x40", "--view", view],
    ...(["run", "layers"].includes(view) ? ["--run", RUN] : []),
  ]),
  watch: [[GRID], [RUN]],
  record: [
    [`log${CURSE}.jsonl`, "--store", "logs.db"],
    [`log${CURSE}.jsonl`, "--store", "logs.db", "--json"],
    [CURSE],
    [`log${CURSE}.jsonl`, "--step", CURSE, "--store", "others.db"],
  ],
  runs: [[], ["--json"], [CURSE], [`tag:${CURSE}`]],
  show: [[RUN], [RUN, "--json"], [CURSE], ["names/run", "--store", "names.db"]],
  diagnose: [[GRID], [RUN], [CURSE]],
  tag: [
    [RUN, CURSE],
    [RUN, "fine"],
  ],
  note: [
    [RUN, CURSE],
    [GRID, "fine"],
  ],
  rename: [[RUN, CURSE]],
  rm: [[`small/normed${CURSE}`], [CURSE]],
  restore: [[], [`small/normed${CURSE}`], [CURSE]],
  gc: [["--dry-run"]],
  config: [[RUN], [RUN, "--json"]],
  diff: [
    [RUN, `small/normed${CURSE}`],
    ["small.yaml", RUN],
  ],
  compare: [[GRID], ...["json", "csv", "markdown"].map((format) => [GRID, "--format", format])],
  sample: [
    [RUN, "--count", "3"],
    ["names/run", "--store", "names.db"],
  ],
  forward: [
    [RUN, CURSE],
    [RUN, "--layer", CURSE],
    ["names/run", "--store", "names.db"],
  ],
  data: [["names.yaml"]],
  softmax: [[CURSE]],
  activation: [[CURSE]],
  draw: [[CURSE, "1"]],
  gain: [[`--seed=${CURSE}`]],
  query: [
    ["select * from runs"],
    [`select * from ${CURSE}`],
    ...["json", "csv", "markdown"].map((format) => ["select * from samples", "--format", format]),
  ],
  export: [
    ...["runs", "samples", "findings"].map((table) => [GRID, "-o", "-", "--table", table]),
    [GRID, "-o", "-", "--format", "jsonl", "--table", "samples"],
    [GRID, "-o", `out${CURSE}.csv`],
    [GRID, "-o", "sealed.db"],
  ],
  import: [["ablate.db", "--store", "mine.db"], [`${CURSE}.db`]],
  report: [[GRID, "-o", "report.html"]],
  chart: [[GRID], [GRID, "-o", "chart.pdf", "--title", CURSE], [GRID, "--series", CURSE], [CURSE]],
  "lr-range": [[`${CURSE}.yaml`], [`${CURSE}.yaml`, "--json"]],
  verify: [[`${CURSE}.yaml`]],
  doctor: [[], ["--json"]],
  worker: [[`postgres://${CURSE}@localhost:1/x`], [`service=${CURSE}`], [CURSE]],
  workers: [[`postgres://a@localhost:1/${CURSE}`], [CURSE, "--json"], [`postgres://${CURSE}:1/x`]],
  completion: [[CURSE]],
};

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "40");
  curse(join(folder, "ablate.db"));
  bewitch(join(folder, "ablate.db"));
  writeFileSync(join(folder, "cursed.txt"), `${CURSE.replace("\nFAKE", "fake")}\n`.repeat(30));
  const names = `name: names\ndata: { file: cursed.txt, context: 8 }\ntrain: { steps: 60, lr: 0.3 }\n`;
  writeFileSync(join(folder, "names.yaml"), names);
  const log = [0, 1, 2].map((step) => JSON.stringify({ step, loss: 3 - step, [CURSE]: 1 }));
  writeFileSync(join(folder, `log${CURSE}.jsonl`), `${log.join("\n")}\n`);
  writeFileSync(
    join(folder, "bad.yaml"),
    `name: ${JSON.stringify(CURSE)}\n"k${"\u202e"}": 1\ndata: { file: "n\\e]0;x\\a.txt" } #\u009b31m\t\n`,
  );
});

test.each(VERBS.map(({ name }) => name))(
  "%s shows hostile text and does not send it, runs no view of the file, and ends",
  async (verb) => {
    expect(CALLS[verb]).toBeDefined();
    for (const args of CALLS[verb] ?? []) {
      const { status, stdout, stderr } = await onTerminal(folder, verb, ...args);

      const isCsv = args.includes("csv") || (verb === "export" && !args.includes("jsonl"));
      const harm = [...harmIn(isCsv ? stdout.replaceAll("FAKE", "") : stdout), ...harmIn(stderr)];
      expect({ args, harm }).toEqual({ args, harm: [] });
      expect([0, 1, 2]).toContain(status);
      expect(stderr).not.toMatch(/internal error|^\s+at /m);
    }
  },
);

test("a shell is offered no name that it would have to obey", async () => {
  const { stdout } = await onTerminal(folder, "complete", "--", "show", "");

  expect(stdout).toContain("small/plain");
  expect(stdout).not.toContain("PWNED");
});

test("a report shows hostile text, too", () => {
  const page = readFileSync(join(folder, "report.html"), "utf8");

  expect(page).toContain("\\u{1b}]0;PWNED\\u{7}");
  expect(harmIn(page.replaceAll("FAKE", ""))).toEqual([]);
});

test("rows for a program are as they are, on a terminal they are shown", async () => {
  const args = ["query", "select text from run_note limit 1", "--format", "csv"] as const;
  copyFileSync(join(folder, "ablate.db"), join(folder, "copy.db"));
  expect((await onTerminal(folder, ...args)).stdout).toContain("\\u{1b}]0;PWNED");
});

/** What comes after each verb that has to do with a store. */
const WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  plan: [["small.yaml", "--steps", "40"]],
  run: [["small.yaml", "--steps", "40"]],
  ui: [["--once", "--size", "80x24"]],
  watch: [["small"]],
  runs: [[]],
  show: [["plain"]],
  diagnose: [["small"]],
  tag: [["plain", "x"]],
  note: [["plain", "x"]],
  rename: [["plain", "best"]],
  rm: [["normed"]],
  restore: [[], ["normed"]],
  gc: [["--dry-run"], ["--yes"]],
  config: [["plain"]],
  diff: [["plain", "normed"]],
  compare: [["small"]],
  sample: [["plain"]],
  query: [["select * from runs"]],
  export: [
    ["small", "-o", "-", "--format", "csv"],
    ["small", "-o", "sealed.db"],
  ],
  import: [["ablate.db", "--store", "mine.db"]],
  report: [["small", "-o", "report.html"]],
  chart: [["small", "-o", "chart.svg"]],
  doctor: [[], ["--json"]],
};

/** What is wrong with a store that nobody should write to, or that is none. */
const SPOILED: Readonly<Record<string, string>> = {
  trigger: "create trigger spy after insert on tag begin delete from run; end",
  disguised: `drop table tick; create view tick as ${ENDLESS}`,
  computed: "alter table run add column spy text as (upper(name))",
};

test.each(Object.entries(SPOILED))(
  "every verb ends on a store with SQL that is not ours (%s), and runs none of it",
  async (name, sql) => {
    const spoiled = makeFolder();
    await train(spoiled, "small.yaml", "--steps", "40");
    const store = join(spoiled, "ablate.db");
    change(store, (database) => database.exec(sql));
    const before = readFileSync(store);

    for (const { name: verb } of VERBS) {
      for (const args of WORDS[verb] ?? []) {
        const { status, stdout, stderr } = await onTerminal(spoiled, verb, ...args);
        expect([0, 1, 2]).toContain(status);
        expect(stderr).not.toMatch(/internal error|^\s+at /m);
        const culprit = name === "trigger" ? "spy" : "ablate.db";
        if (status !== 0)
          expect({ args, said: stdout + stderr }).toEqual({
            args,
            said: expect.stringContaining(culprit),
          });
      }
    }

    expect(readFileSync(store).equals(before)).toBe(true);
  },
);
