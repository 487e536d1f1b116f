import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const inCheckout = mkdtempSync(join(ROOT, "node_modules", ".new-test-"));
const outside = mkdtempSync(join(tmpdir(), "ablate-new-"));

afterAll(() => rmSync(inCheckout, { recursive: true }));

test.each([
  ["inside of a checkout", inCheckout],
  ["outside of it", outside],
])("what new wrote %s plans without a word and runs", async (_, folder) => {
  const written = await ablate(folder, "new", "my.yaml");
  const plan = await ablate(folder, "plan", "my.yaml", "--json");
  const run = await ablate(folder, "run", "my.yaml", "--steps", "50", "--quiet");

  expect([written.status, written.stdout]).toEqual([0, ""]);
  expect(written.stderr).toContain("`ablate run my.yaml` trains them");
  expect([plan.status, plan.stderr]).toEqual([0, ""]);
  const settings = ["none-lr=0.1", "none-lr=0.01", "hidden-lr=0.1", "hidden-lr=0.01"];
  expect(jsonRows(plan).map(({ run: name }) => name)).toEqual(
    settings.flatMap((one) => [1, 2, 3].map((seed) => `my/batch_norm=${one}-seed=${seed}`)),
  );
  expect([run.status, run.stderr]).toEqual([0, ""]);
});

test("what new wrote trains on names that move with no installation, and has the path of the schema", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "deep"));
  await ablate(folder, "new", "deep/my.yaml");

  const text = readFileSync(join(folder, "deep", "my.yaml"), "utf8");
  const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];

  expect(resolve(folder, "deep", schema)).toBe(join(ROOT, "configs/schema.json"));
  expect(text).toMatch(/\n {2}file: builtin:names /);
  expect((await ablate(folder, "plan", "deep/my.yaml")).status).toBe(0);
});

test("new in a folder behind a link writes paths that work", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "a", "b", "c"), { recursive: true });
  symlinkSync(join(folder, "a", "b", "c"), join(folder, "link"));

  expect((await ablate(folder, "new", "link/my.yaml")).status).toBe(0);
  expect((await ablate(folder, "plan", "link/my.yaml")).status).toBe(0);
});

test("the exclusion in what new wrote works without its comment signs", async () => {
  const folder = makeFolder();
  await ablate(folder, "new", "my.yaml");
  const text = readFileSync(join(folder, "my.yaml"), "utf8");
  writeFileSync(
    join(folder, "my.yaml"),
    text.replace("# exclude:", "exclude:").replace("#   - {", "  - {"),
  );

  expect(jsonRows(await ablate(folder, "plan", "my.yaml", "--json"))).toHaveLength(9);
});

test("a file with a strange name becomes a grid with a plain one", async () => {
  const folder = makeFolder();
  const strange = await ablate(folder, "new", 'a "b" ü.yaml');

  expect(strange.status).toBe(0);
  const [first] = jsonRows(await ablate(folder, "plan", 'a "b" ü.yaml', "--json"));
  expect(first?.run).toBe("a-b-/batch_norm=none-lr=0.1-seed=1");
});

test("new never writes over a file, and says where there is no folder", async () => {
  const folder = makeFolder();
  const before = readFileSync(join(folder, "small.yaml"), "utf8");

  const over = await ablate(folder, "new", "small.yaml");
  const nowhere = await ablate(folder, "new", "nowhere/my.yaml");

  expect([over.status, over.stderr]).toEqual([
    2,
    "ablate: small.yaml exists and was not changed; name another file\n",
  ]);
  expect(readFileSync(join(folder, "small.yaml"), "utf8")).toBe(before);
  expect(nowhere.status).toBe(2);
  expect(nowhere.stderr).toContain("no such file or folder");
  expect(dirname(nowhere.stderr.slice(8).split(": ")[0] ?? "")).toBe(join(folder, "nowhere"));
});

test("names beside the config are those that come with ablate: the same runs, and a file of one's own stays", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "a"));
  const hashes = async (file: string): Promise<readonly unknown[]> =>
    jsonRows(await ablate(folder, "plan", file, "--json")).map(({ hash }) => hash);

  await ablate(folder, "new", "my.yaml");
  const beside = await ablate(folder, "new", "a/my.yaml", "--with-names");
  const own = await ablate(folder, "new", "own.yaml", "--with-names");

  expect(beside.stderr).toContain("wrote a/my.yaml and names.txt beside it; ");
  expect(await hashes("a/my.yaml")).toEqual(await hashes("my.yaml"));
  expect(readFileSync(join(folder, "a/names.txt"))).toEqual(
    readFileSync(join(ROOT, "data/names.txt")),
  );
  expect(own.stderr).toContain("wrote own.yaml; ");
  expect(await hashes("own.yaml")).not.toEqual(await hashes("my.yaml"));
});

test("built-in names that there are not get a sentence with place", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "a.yaml"), "data.file: builtin:nams\n");

  const { status, stderr } = await ablate(folder, "plan", "a.yaml");

  expect(status).toBe(2);
  expect(stderr).toContain(
    "a.yaml:1:12: data.file: builtin:nams: no such built-in names; there is builtin:names, and ./builtin:nams is a file of this name",
  );
});

test("what is trained on built-in names says so, plans back from its config, and samples", async () => {
  const folder = makeFolder();
  await ablate(folder, "new", "my.yaml");
  const run = ["run", "my.yaml", "--steps", "5", "--only", "lr=0.1", "--quiet"];
  expect((await ablate(folder, ...run)).status).toBe(0);

  const config = await ablate(folder, "config", "my/batch_norm=none-lr=0.1-seed=1");
  writeFileSync(join(folder, "again.yaml"), config.stdout);
  const again = jsonRows(await ablate(folder, "plan", "again.yaml", "--json"));
  const saved = await ablate(folder, "plan", "my.yaml", "--save", "saved.yaml");
  const forward = await ablate(folder, "forward", "my/batch_norm=none-lr=0.1-seed=1", "--init");

  expect(config.stdout).toContain("file: builtin:names\n");
  expect(again.map(({ state }) => state)).toEqual(["finished"]);
  expect(saved.status).toBe(0);
  expect(readFileSync(join(folder, "saved.yaml"), "utf8")).toContain("file: builtin:names\n");
  expect([forward.status, forward.stderr]).toEqual([0, ""]);
});
