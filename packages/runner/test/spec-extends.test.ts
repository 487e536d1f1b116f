import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { GridConfig } from "../src/config/config.ts";
import { ConfigError } from "../src/config/config-error.ts";
import { loadConfig } from "../src/grid/load-config.ts";
import { planRuns } from "../src/plan/plan-runs.ts";

/** Files by their paths in a folder of their own. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-extends-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function load(files: Readonly<Record<string, string>>): GridConfig {
  return loadConfig(join(folderOf(files), "a.yaml"));
}

function errorsOf(files: Readonly<Record<string, string>>, file = "a.yaml"): string[] {
  const folder = folderOf(files);
  try {
    loadConfig(join(folder, file));
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, "").split("\n");
    throw error;
  }
  return [];
}

function labels(files: Readonly<Record<string, string>>): string[] {
  return planRuns(load(files), "data").runs.map(({ label }) => label);
}

const DATA = "data: { file: names.txt }";

test("a config extends another, which extends a third: maps merge, values are replaced whole", () => {
  const config = load({
    "a.yaml": "extends: b.yaml\ntrain: { steps: 7 }\nmodel.batch_norm: { momentum: 0.5 }",
    "b.yaml": "extends: deep/c.yaml\ntrain.lr: { 0: 3 }\nmodel: { embedding: 4 }",
    "deep/c.yaml": `name: c\ndescription: the third\n${DATA}\ntrain: { steps: 1, batch_size: 9, lr: { 0: 1, 5: 2 } }\nmodel.batch_norm: all`,
  });

  expect(config.cells[0]?.config).toMatchObject({
    train: { steps: 7, batch_size: 9, lr: { 0: 3 } },
    model: { embedding: 4, batch_norm: { where: "hidden", momentum: 0.5 } },
  });
  expect(config.cells[0]?.config.train.lr).toEqual({ 0: 3 });
  expect([config.name, config.description]).toEqual(["a", ""]);
});

test("paths are relative to the file that says them", () => {
  const files = {
    "a.yaml": "extends: sub/b.yaml",
    "sub/b.yaml": "extends: ../c.yaml\ndata.file: ../data/names.txt",
    "c.yaml": "data: { file: other.txt, context: 2 }",
  };

  expect(load(files).dataFile).toMatch(/ablate-extends-[^/]+\/data\/names\.txt$/);
  expect(load({ ...files, "a.yaml": "extends: sub/b.yaml\ndata.file: own.txt" }).dataFile).toMatch(
    /ablate-extends-[^/]+\/own\.txt$/,
  );
  expect(load(files).cells[0]?.config.data.context).toBe(2);
});

test("variants, grid and when merge by key, the other file's first; lists are replaced whole", () => {
  const below = `${DATA}
variants: { x: { description: the x, train.lr: 1 }, y: {} }
grid: { model.bias: [true, false], train.batch_size: [8, 9] }
when: { train.batch_size: { model.bias: true } }
seeds: [1, 2]
exclude: [{ variant: y }]`;
  const above = `extends: b.yaml
variants: { z: { train.lr: 4 }, x: { train.steps: 5 } }
grid: { train.batch_size: [7, 6], model.bias: [false, true] }
seeds: [3]
exclude: []`;
  const files = { "a.yaml": above, "b.yaml": below };

  expect(labels(files)).toEqual(
    ["x", "y", "z"].flatMap((variant) => [
      `${variant}-bias=false`,
      `${variant}-bias=true-batch_size=7`,
      `${variant}-bias=true-batch_size=6`,
    ]),
  );
  expect(load(files).cells[0]).toMatchObject({
    variantDescription: "the x",
    config: { train: { lr: { 0: 1 }, steps: 5 } },
  });
});

test("zip and include are inherited, or replaced", () => {
  const below = `${DATA}\nzip: [{ train.lr: 1 }, { train.lr: 2 }]\ninclude: [{ train.lr: 3 }]`;

  expect(labels({ "a.yaml": "extends: b.yaml", "b.yaml": below })).toEqual([
    "lr=1",
    "lr=2",
    "lr=3",
  ]);
  expect(
    labels({
      "a.yaml": "extends: b.yaml\nzip: []\ninclude: [{ train.steps: 4 }]",
      "b.yaml": below,
    }),
  ).toEqual(["base", "steps=4"]);
});

test("the stored text has the files that are extended, as comments", () => {
  const { text } = load({ "a.yaml": "extends: b.yaml\n", "b.yaml": `${DATA}\nname: b\n` });

  expect(text).toBe(`extends: b.yaml\n\n# extends b.yaml:\n# ${DATA}\n# name: b\n`);
});

test("mistakes name the file that has them, the config's own first", () => {
  expect(
    errorsOf({
      "a.yaml": "train.stepz: 1\nextends: b.yaml\ngrid: { train.lr: [-2] }",
      "b.yaml": `${DATA}\nmodel: { hiden: [3] }\nvariants: { x: { train.lr: -1 } }`,
    }),
  ).toEqual([
    'a.yaml:1:1: train.stepz: unknown key, did you mean "train.steps"?',
    "a.yaml:3:20: train.lr: must be at least 0, got -2",
    'b.yaml:2:10: model.hiden: unknown key, did you mean "model.hidden"?',
    "b.yaml:3:28: train.lr: must be at least 0, got -1",
  ]);
});

test("a file that is only there to be extended need not name the data", () => {
  const files = { "a.yaml": `extends: b.yaml\n${DATA}`, "b.yaml": "train.lr: 3" };

  expect(labels(files)).toEqual(["run"]);
  expect(errorsOf({ "a.yaml": "extends: b.yaml", "b.yaml": "train.lr: 3" })).toEqual([
    "a.yaml:1:1: data.file: is missing",
  ]);
});

test.each([
  [{ "a.yaml": "extends: a.yaml" }, "a.yaml:1:10: extends: a circle: a.yaml -> a.yaml"],
  [
    {
      "a.yaml": `${DATA}\nextends: b.yaml`,
      "b.yaml": "extends: sub/c.yaml",
      "sub/c.yaml": "extends: ../a.yaml",
    },
    "sub/c.yaml:1:10: extends: a circle: a.yaml -> b.yaml -> sub/c.yaml -> a.yaml",
  ],
  [{ "a.yaml": "extends: no.yaml" }, "a.yaml:1:10: extends: no.yaml: no such file"],
  [{ "a.yaml": "extends: ." }, /^a\.yaml:1:10: extends: .*: is a folder, expected a config file$/],
  [{ "a.yaml": `${DATA}\nextends: 3` }, "a.yaml:2:10: extends: expected text, got 3"],
  [{ "a.yaml": `${DATA}\nextends: ''` }, "a.yaml:2:10: extends: must not be empty"],
  [
    { "a.yaml": "extends: b.yaml", "b.yaml": "a: [1" },
    "b.yaml:1:6: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  [
    { "a.yaml": "extends: b.yaml", "b.yaml": "" },
    "b.yaml:1:1: the file is empty, expected a config",
  ],
] satisfies [Record<string, string>, string | RegExp][])(
  "what cannot be extended is one clear error: %j",
  (files, message) => {
    const lines = errorsOf(Object.fromEntries(Object.entries(files)));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  },
);

test("a circle is seen through links", () => {
  const folder = folderOf({ "a.yaml": `${DATA}\nextends: link.yaml` });
  symlinkSync(join(folder, "a.yaml"), join(folder, "link.yaml"));

  expect(() => loadConfig(join(folder, "a.yaml"))).toThrow("link.yaml");
});
