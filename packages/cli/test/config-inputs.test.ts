/** What people write in a config and on the command line, and what they are told where it is not what is meant. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, COMMAND, jsonRows, makeFolder } from "./make.ts";

/** A folder with names, `small.yaml` and `a.yaml` of this text. */
function folderWith(text: string): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "a.yaml"), text);
  return folder;
}

async function mistakesOf(text: string, ...flags: readonly string[]): Promise<string> {
  const { stderr, stdout, status } = await ablate(folderWith(text), "plan", "a.yaml", ...flags);
  expect([stdout, status]).toEqual(["", 2]);
  return stderr;
}

const labelsOf = async (text: string): Promise<readonly unknown[]> =>
  jsonRows(await ablate(folderWith(text), "plan", "a.yaml", "--json")).map(({ run }) => run);

test("names of variants are taken as they are written", async () => {
  const names = ["1.1", "1.10", "0x10", "1e3", "null", "true", "007", "no"];
  const variants = names.map((name, i) => `  ${name}: { train.steps: ${i + 1} }\n`).join("");

  expect(await labelsOf(`data.file: names.txt\nvariants:\n${variants}`)).toEqual(
    names.map((name) => `a/${name}`),
  );
});

test.each(["20_000", "2e4", "0x4e20", "40_000/2", "2_0000.0", "+20000", "0o47040"])(
  "%s is the same number in a config, a flag, an option and a filter",
  async (written) => {
    const folder = folderWith(`data.file: names.txt\ntrain.steps: ${written}\n`);
    const rows = async (...flags: readonly string[]) =>
      jsonRows(await ablate(folder, "plan", ...flags, "--json")).map(({ config }) => config);
    const steps = { train: { steps: 20_000 } };

    expect(await rows("a.yaml")).toMatchObject([steps]);
    expect(await rows("a.yaml", "--only", `steps=${written}`)).toHaveLength(1);
    expect(await rows("small.yaml", "--steps", written)).toMatchObject([steps, steps]);
    expect(await rows("small.yaml", "--set", `train.steps=${written}`)).toMatchObject([
      steps,
      steps,
    ]);
    expect(await rows("a.yaml", "--seeds", written)).toMatchObject([{ seed: 20_000 }]);
    expect(await rows("a.yaml", "--set", `train.lr={0: 0.1, ${written}: 0.01}`)).toMatchObject([
      { train: { lr: { "20000": 0.01 } } },
    ]);
  },
);

test("a number too large to be kept is quoted as it was written", async () => {
  expect(
    await mistakesOf("data.file: names.txt\nseeds: [18446744073709551616, -9223372036854775809]\n"),
  ).toBe(
    `a.yaml:2:9: seeds[0]: must be from -2^63 to 2^64 - 1, as PyTorch's seeds are, got 18446744073709551616
  2 | seeds: [18446744073709551616, -9223372036854775809]
    |         ^
a.yaml:2:31: seeds[1]: must be from -2^63 to 2^64 - 1, as PyTorch's seeds are, got -9223372036854775809
  2 | seeds: [18446744073709551616, -9223372036854775809]
    |                               ^
`,
  );
  expect(await mistakesOf("data.file: names.txt\ntrain.lr: 1e400\n")).toContain("got 1e400\n");
});

test("a data file that is missing is told with its place, and with all other mistakes", async () => {
  expect(await mistakesOf("data: { file: name.txt, test: t.txt }\ntrain: { stepz: 1 }\n")).toBe(
    `a.yaml:1:15: data.file: name.txt: no such file; did you mean names.txt?
  1 | data: { file: name.txt, test: t.txt }
    |               ^
a.yaml:1:31: data.test: t.txt: no such file
  1 | data: { file: name.txt, test: t.txt }
    |                               ^
a.yaml:2:10: train.stepz: unknown key, did you mean "train.steps"?
  2 | train: { stepz: 1 }
    |          ^
`,
  );
});

test.each([
  ["/dev/zero", "/dev/zero: is a device, expected a file of names"],
  [".", ".: is a folder, expected a file of names"],
  ["a.yaml/x.txt", "no such file"],
])("of the data file %s it is said what is wrong", async (file, why) => {
  expect(await mistakesOf(`data: { file: ${file} }\n`)).toContain(why);
});

test("a pipe and a file of 3 GB are refused unread", async () => {
  const folder = folderWith("data: { file: pipe, test: huge.txt }\n");
  spawnSync("mkfifo", [join(folder, "pipe")]);
  writeFileSync(join(folder, "huge.txt"), "");
  truncateSync(join(folder, "huge.txt"), 3e9);
  const { stderr, status } = await ablate(folder, "plan", "a.yaml");

  expect(status).toBe(2);
  expect(stderr).toContain("data.file: pipe: is a pipe, expected a file of names\n");
  expect(stderr).toContain(
    "data.test: huge.txt: has 3.0 GB, a file of names may have at most 67 MB\n",
  );
});

test("a data file that is a link to nothing is not what may be meant by its own name", async () => {
  const folder = makeFolder();
  symlinkSync("gone.txt", join(folder, "dangling.txt"));
  writeFileSync(join(folder, "d.yaml"), "name: d\ndata: { file: dangling.txt }\n");

  const { stderr } = await ablate(folder, "plan", "d.yaml");

  expect(stderr).toContain("data.file: dangling.txt: no such file\n");
});

test("a data file that is looked for beside a link to the config says so", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real", "c.yaml"), "data: { file: ../names.txt }\n");
  symlinkSync("real/c.yaml", join(folder, "link.yaml"));
  const { stderr } = await ablate(folder, "plan", "link.yaml");

  expect(stderr).toContain(
    "link.yaml:1:15: data.file: ../names.txt: no such file (it is looked for beside link.yaml, which is a link to real/c.yaml)\n",
  );
});

test.each([
  ["small", "small: no such file, did you mean small.yaml?\n"],
  ["smal.yaml", "smal.yaml: no such file, did you mean small.yaml?\n"],
  ["small.yml", "small.yml: no such file, did you mean small.yaml?\n"],
  ["more", "more: no such file, did you mean configs/more.yml?\n"],
  ["none.yaml", "none.yaml: no such file\n"],
  [
    "configs/quickstart.yaml",
    "configs/quickstart.yaml: no such file; it comes with ablate, write builtin:quickstart\n",
  ],
  [
    "builtin:quickstar",
    "builtin:quickstar: no such built-in config; did you mean builtin:quickstart?\n",
  ],
  ["configs", "configs: is a folder, expected a config file\n"],
])("of the config %s, which is not there, no position is told but what is", async (path, said) => {
  const folder = makeFolder();
  mkdirSync(join(folder, "configs"));
  writeFileSync(join(folder, "configs", "more.yml"), "data.file: ../names.txt\n");

  expect((await ablate(folder, "plan", path)).stderr).toBe(said);
});

test("a config may come from stdin, with paths from the working folder", () => {
  const [program, ...first] = COMMAND;
  const { stdout, stderr } = spawnSync(program, [...first, "plan", "-"], {
    cwd: makeFolder(),
    encoding: "utf8",
    input: "data.file: names.txt\ntrain.steps: 10\n",
  });

  expect([stderr, stdout.split("\n")[1]]).toEqual(["", "stdin/run  new"]);
  const diff = spawnSync(program, [...first, "diff", "-", "small.yaml", "--only", "run or plain"], {
    cwd: makeFolder(),
    encoding: "utf8",
    input: "data.file: names.txt\ntrain.steps: 10\n",
  });
  expect(diff.stdout).toContain("not the same run, because of ");
});

test.each([
  ["model.hidden: 200", "expected a list, got 200; write [200]"],
  ["seeds: 5", "expected a list, got 5; write [5], or 1..5 for 5 seeds"],
  ["model.layers: 4", "expected a list, got 4; write model.hidden: [100, 100] for two layers"],
  [
    "train.lr: [0.1, 0.01]",
    "got a list; values to compare stand under grid: { train.lr: [0.1, 0.01] }",
  ],
  ["model.activation: [tanh, relu]", "stand under grid: { model.activation: [tanh, relu] }"],
  ["model.batch_norm: true", "expected none, hidden, all or a map, got true; write hidden"],
  ["model.batch_norm: false", "got false; write none"],
  ["model: { activation: swish }", 'unknown value "swish", it is "silu" here'],
  [
    "model.activation: selu",
    'unknown value "selu", allowed: tanh, relu, gelu, gelu_tanh, silu, leaky_relu, elu, sigmoid, softplus, none',
  ],
  ["grid: { init.hidden.bias.sdt: [0, 1] }", "as [{ scheme: normal, std: 0 }]"],
  ["init.hidden.weight.gain: 2", "; it is one value: { scheme: kaiming, gain: 2 }"],
  ["variants: [a, b]", "expected a map, got a list; write { a: {}, b: {} }"],
  ["grid: [1, 2]", "expected a map, got a list; write { train.lr: [0.1, 0.01] }"],
  ["learning_rate: 1", 'unknown key, did you mean "train.lr"?'],
  ["learningRate: 1", 'unknown key, did you mean "train.lr"?'],
  ["train.batch: 8", 'train.batch: unknown key, did you mean "train.batch_size"?'],
  ["epochs: 3", "train.steps = epochs x training examples / train.batch_size"],
  ["model.n_layers: 3", "write the width of each hidden layer: model.hidden: [200, 200]"],
  ["hidden_size: 64", "write the width of each hidden layer"],
  ["block_size: 8", 'did you mean "data.context"?'],
  ["n_embd: 8", 'did you mean "model.embedding"?'],
  ["batchnorm: true", 'did you mean "model.batch_norm"?'],
  ["weight_decay: 0.1", 'did you mean "train.optimizer.weight_decay"?'],
  ["scheduler: cosine", "train.lr takes a map such as { warmup: 500, then: cosine }"],
  ["device: cuda", "device: unknown key; training is on the CPU"],
  ["seed: 5", 'did you mean "seeds"?'],
  ["heads: 4", "the model is an MLP over the last characters"],
  ["sweep: {}", "values to compare stand under grid: { train.lr: [0.1, 0.01] }"],
  ["train.optimizer: { type: adam }", 'did you mean "train.optimizer.name"?'],
  [
    "train.optimizer: { name: adam, lr: 1 }",
    'train.optimizer.lr: unknown key, did you mean "train.lr"?',
  ],
  ["optimizer: adam", 'unknown key, did you mean "train.optimizer"?'],
  ["train.momentum: 0.9", "unknown key; write train.optimizer: { name: sgd, momentum: 0.9 }"],
  [
    "grid: { init.hidden.weight.gain: [0.5, 4] }",
    "is one value; list whole values, as [{ scheme: kaiming, gain: 0.5 }]",
  ],
])("%s: what to write instead is said", async (line, hint) => {
  expect(await mistakesOf(`data.file: names.txt\n${line}\n`)).toContain(hint);
});

test("a data set that is only a path is told how to write it", async () => {
  expect(await mistakesOf("data: names.txt\n")).toContain(
    'data: expected a map, got "names.txt"; write { file: names.txt }\n',
  );
});

test.each([
  ["model.hidden=20,20", "expected a list, got 20; write [20,20]"],
  ["init.hidden.weight={scheme=kaiming}", 'write "scheme: kaiming" for "scheme=kaiming"'],
  ["data.file=a,b.txt", `for one value that holds a comma write 'data.file="a,b.txt"'`],
  ["train.lr=[0.1,0.01]", "values to compare stand without brackets: train.lr=0.1,0.01"],
])("--set %s: what to write instead is said", async (set, hint) => {
  expect(await mistakesOf("data.file: names.txt\n", "--set", set)).toContain(hint);
});
