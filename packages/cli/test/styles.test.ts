/** What printed pages look like on a terminal: their styles change no character, and a pipe gets none. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { sealed } from "@ablate/text";
import { beforeAll, expect, test } from "vitest";
import { type Ended, makeFolder, onTerminalOf, spawnAblateWith } from "./make.ts";
import { onTerminal } from "./pty.ts";
import { train } from "./train.ts";

/** Five seeds of a net as it should be, of one that is saturated, and of one that hardly learns. */
const SICK = `name: sick
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16], activation: tanh, batch_norm: none }
train: { steps: 120, batch_size: 8, lr: 0.03 }
seeds: [1, 2, 3, 4, 5]
variants:
  fine: {}
  saturated: { init.hidden.weight: { scheme: normal, std: 9 } }
  slow: { train.lr: 1e-6 }
`;

const CODES = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33, cyan: 36 } as const;

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "sick.yaml"), SICK);
  await train(folder, "sick.yaml");
});

/** Runs a command on a terminal of this width, null for a pipe, with styles or without. */
function printed(words: string, columns: number | null, hasStyles: boolean): Promise<Ended> {
  const paint = (style: keyof typeof CODES, text: string): string =>
    hasStyles ? `${sealed(`\x1b[${CODES[style]}m`)}${text}${sealed("\x1b[0m")}` : text;
  return onTerminalOf(folder, words.split(" "), {
    paint,
    paintWarning: paint,
    rewrites: false,
    columns: () => columns ?? 80,
    rows: () => 24,
    outputColumns: () => columns,
    environment: { NO_COLOR: "1", PATH: process.env.PATH },
  });
}

/** Leaves out what a machine has at the moment. */
function steady(text: string): string {
  return text.replace(/[\d.,]+ (MB|GB) free/, "free");
}

const PAGES = [
  ...["runs", "compare sick", "compare sick/fine-seed=1", "compare sick --by hidden.weight"],
  ...["diagnose sick", "diagnose sick --runs", "diagnose sick/saturated-seed=1"],
  ...["show sick/saturated-seed=1", "show sick/fine-seed=2", "plan sick.yaml", "plan small.yaml"],
  ...["diff sick/fine-seed=1 sick/fine-seed=2", "data sick.yaml", "doctor", "activation tanh"],
  ...["softmax 1,2", "gain --rows 9 --fan-in 4 --fan-out 4", "query --explain-schema"],
  ...["forward sick/fine-seed=1 .em", "restore"],
];

test.each(PAGES.flatMap((words) => [null, 100, 44].map((columns) => [words, columns] as const)))(
  "the styles of ablate %s change no character, on a terminal of %s columns",
  async (words, columns) => {
    const plain = await printed(words, columns, false);
    const styled = await printed(words, columns, true);

    expect(plain.stdout).not.toContain("\x1b");
    expect(steady(stripVTControlCharacters(styled.stdout))).toBe(steady(plain.stdout));
    expect(styled.status).toBe(plain.status);
  },
);

test.each(PAGES.filter((words) => !/^(restore|gain)/.test(words)))(
  "ablate %s has styles on a terminal",
  async (words) => {
    expect((await printed(words, 100, true)).stdout).toContain("\x1b[1m");
  },
);

test.each(["runs", "compare sick", "diagnose sick", "show sick/fine-seed=1", "plan sick.yaml"])(
  "what ablate %s prints for programs has no styles",
  async (words) => {
    const json = `${words} --json`.replace("compare sick --json", "compare sick --format json");
    expect(await printed(json, 100, true)).toEqual(await printed(json, null, false));
  },
);

/** Writes styles by their names: `<bold>run</>`. */
function named(text: string): string {
  return Object.entries(CODES)
    .reduce((all, [style, code]) => all.replaceAll(`\x1b[${code}m`, `<${style}>`), text)
    .replaceAll("\x1b[0m", "</>");
}

test("heads are bold, states, findings and verdicts coloured, the best is marked", async () => {
  const styled = async (words: string) => named((await printed(words, 120, true)).stdout);
  const runs = await styled("runs");
  const compared = await styled("compare sick");
  const diagnosed = await styled("diagnose sick");

  expect(runs).toContain("<bold>state</>");
  expect(runs).toMatch(/<green>finished<\/> +<yellow>▲\d<\/>/);
  expect(runs.match(/<bold>\d\.\d+ \*<\/>/g)).toHaveLength(1);
  expect(runs).toContain("<dim>* the lowest validation loss of its grid</>");
  expect(compared).toContain("<bold>── valid: difference from fine, paired by seed</>");
  expect(compared.match(/<bold>\d\.\d+ ± \d\.\d+ \*<\/>/g)).toHaveLength(1);
  expect(compared).toMatch(/<yellow>\+\d\.\d+<\/> .*<yellow>.*excludes 0<\/>/);
  expect(compared).toMatch(/<dim>the 95 % interval contains 0<\/>/);
  expect(diagnosed).toMatch(/saturated ×5 +<green>finished<\/> +<yellow>▲\d<\/>/);
  expect(diagnosed).toMatch(/<yellow>▲ <\/>hidden1 \d+ to \d+ % saturated, since init/);
  expect(runs + compared + diagnosed).not.toContain("<red>");
});

test("a grid is diagnosed by groups of seeds, and by runs where that is asked", async () => {
  const grouped = (await printed("diagnose sick", null, false)).stdout.split("\n");
  const single = (await printed("diagnose sick --runs", null, false)).stdout.split("\n");

  expect(grouped[0]).toBe("sick: 15 runs in 3 groups, 5 with warnings, 10 healthy");
  expect(grouped[1]).toMatch(/^group +state +findings +verdict$/);
  expect(grouped.filter((line) => /^\S+ ×5 /.test(line))).toHaveLength(3);
  expect(single[0]).toBe("sick: 15 runs, 5 with warnings, 10 healthy");
  expect(single.filter((line) => line.startsWith("sick/"))).toHaveLength(15);
});

test("no line of a diagnosis is cut or too wide, whatever the terminal", async () => {
  for (const columns of [40, 60, 80, 120]) {
    const { stdout } = await printed("diagnose sick", columns, false);

    expect(stdout).not.toContain("…");
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(columns);
  }
});

test("a run is shown with what is wrong first, and where the evidence is", async () => {
  const { stdout } = await printed("show sick/saturated-seed=1", null, false);
  const lines = stdout.split("\n");

  expect(lines[0]).toBe("sick/saturated-seed=1");
  expect(lines[1]).toMatch(/^ {2}▲ .*hidden1 \d+ % saturated/);
  expect(stdout).toContain(
    "  `ablate diagnose sick/saturated-seed=1` has the evidence\n\n  state ",
  );
  expect(stdout).toMatch(/\n {2}started +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/);
  expect(stdout).toMatch(
    /\nconfig: what differs in its grid first\n {2}init\.hidden\.weight +normal\(std: 9\)\n {2}train\.lr +0\.03\n {2}seed +1\n/,
  );
  expect(stdout).toMatch(/hidden1\.weight .* −\d\.\d\d\n/);
  expect(stdout).not.toMatch(/^ {2}\S+ +-$/m);
});

test("samples and settings go on in another line between words", async () => {
  const { stdout } = await printed("show sick/fine-seed=1", 44, false);
  const whole = await printed("show sick/fine-seed=1", null, false);
  const samplesOf = (text: string) => /\nsamples\n((?: {2}.*\n)+)/.exec(text)?.[1] ?? "";

  expect(samplesOf(whole.stdout).trimEnd().split("\n")).toHaveLength(1);
  expect(samplesOf(stdout).split(/\s+/)).toEqual(samplesOf(whole.stdout).split(/\s+/));
  for (const line of samplesOf(stdout).split("\n"))
    if (line.trim().includes(" ")) expect(line.length).toBeLessThanOrEqual(44);
});

test("FORCE_COLOR gives a pipe the styles, and without it there are none", () => {
  const plain = spawnAblateWith({}, folder, "runs");
  const forced = spawnAblateWith({ FORCE_COLOR: "1", NO_COLOR: "" }, folder, "runs");

  expect(plain.stdout).not.toContain("\x1b");
  expect(forced.stdout).toContain("\x1b[1mrun\x1b[22m");
  expect(stripVTControlCharacters(forced.stdout)).toBe(plain.stdout);
});

test("the bar of a grid in training has a colour, and none under NO_COLOR", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);
  const trained = async (
    ...[seed, environment]: readonly [string, Record<string, string | undefined>]
  ) => {
    const { output, ended } = onTerminal(
      other,
      80,
      ["run", "sick.yaml", "--only", `fine seed=${seed}`, "--steps", "40000"],
      { CI: undefined, ...environment },
    );
    expect(await ended).toBe(0);
    return output();
  };

  const coloured = await trained("1", { NO_COLOR: undefined });
  expect(coloured).toContain("\x1b[32m█");
  expect(coloured).toContain("\x1b[2m░");
  const plain = await trained("2", {});
  expect(plain).toContain("█");
  expect(plain).not.toContain("\x1b[32m");
});

test.each<[string, Record<string, string>]>([
  ["NO_COLOR", { NO_COLOR: "1" }],
  ["TERM=dumb", { NO_COLOR: "", TERM: "dumb" }],
])("a terminal with %s gets no styles, of the charts neither", async (_, environment) => {
  for (const words of [["runs"], ["show", "sick/saturated-seed=1"]]) {
    const { output, ended } = onTerminal(folder, 100, words, environment);
    expect(await ended).toBe(0);
    expect(output()).not.toContain("\x1b");
  }
});

test("a light background gets colours that can be read on it", async () => {
  const light = { CI: undefined, NO_COLOR: "", COLORFGBG: "0;15" };
  const { output, ended } = onTerminal(folder, 100, ["diagnose", "sick"], light);
  expect(await ended).toBe(0);
  expect(output()).toContain("\x1b[35m▲");
  expect(output()).not.toContain("\x1b[33m");
});
