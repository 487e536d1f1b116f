/** `~` and variables of the environment in the paths of configs and of flags. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, ablateWith, type Ended, inTurn, jsonRows, makeFolder } from "./make.ts";

/** A folder with the names in `data/names.txt` as well, and `a.yaml` of this text. */
function folderWith(text: string): string {
  const folder = makeFolder();
  mkdirSync(join(folder, "data"));
  copyFileSync(join(folder, "names.txt"), join(folder, "data", "names.txt"));
  writeFileSync(join(folder, "a.yaml"), text);
  return folder;
}

const SHORT = "train.steps: 3\nrecord: { samples: 0, evaluate: none }\n";

/** The config of a plan of one run. */
function configOf(planned: Ended) {
  const [{ config } = {}] = jsonRows(planned);
  return Object(config);
}

/** Files that a config trains on, from the folder. */
async function filesOf(text: string, more: Readonly<Record<string, string>> = {}) {
  const folder = folderWith(`${text}\n${SHORT}`);
  const around = { HOME: folder, DATA: "data", EMPTY: "", ...more };
  const { data } = configOf(await ablateWith(around, folder, "plan", "a.yaml", "--json"));
  return [data.file, data.validation, data.test].map((path) => path?.replace(folder, ""));
}

test.each([
  ["data.file: $HOME/data/names.txt", "/data/names.txt"],
  [`data: { file: '\${HOME}/$DATA/names.txt' }`, "/data/names.txt"],
  [`data.file: \${DATA}/names.txt`, "/data/names.txt"],
  ["data.file: ~/names.txt", "/names.txt"],
  ["description: costs $5 in $EMPTY and ~\ndata.file: names.txt", "/names.txt"],
])("%s is a path", async (text, path) => {
  expect(await filesOf(text)).toEqual([path, undefined, undefined]);
});

test("files of the other splits and --set have variables as well", async () => {
  const files = "data: { file: names.txt, validation: ~/names.txt, test: $DATA/names.txt }";
  const folder = folderWith(`${files}\n${SHORT}`);
  const set = ["--set", "data.file=~/data/names.txt"];
  const around = { HOME: folder, DATA: "data" };
  const { data } = configOf(await ablateWith(around, folder, "plan", "a.yaml", "--json", ...set));

  expect(data).toMatchObject({
    file: join(folder, "data/names.txt"),
    validation: join(folder, "names.txt"),
    test: join(folder, "data/names.txt"),
  });
});

test("a path that is there as it is written wins, and $$ is a $ of it", async () => {
  const folder = folderWith("data: { file: $HOME/n.txt, test: '$$DATA.txt' }\n");
  mkdirSync(join(folder, "$HOME"));
  copyFileSync(join(folder, "names.txt"), join(folder, "$HOME", "n.txt"));
  copyFileSync(join(folder, "names.txt"), join(folder, "$DATA.txt"));
  const [{ config, hash } = {}] = jsonRows(await ablate(folder, "plan", "a.yaml", "--json"));
  expect(Object(config).data).toMatchObject({
    file: join(folder, "$HOME", "n.txt"),
    test: join(folder, "$DATA.txt"),
  });

  // What is saved means the same paths.
  await ablate(folder, "plan", "a.yaml", "--save", "saved.yaml");
  expect(readFileSync(join(folder, "saved.yaml"), "utf8")).toContain("$$DATA.txt");
  expect(jsonRows(await ablate(folder, "plan", "saved.yaml", "--json"))).toMatchObject([{ hash }]);
});

test("what is stored is the path that was read, and runs are the same from any home", async () => {
  const folders = [0, 1].map(() => folderWith(`data.file: ~/names.txt\n${SHORT}`));
  const hashes = await inTurn(folders, async (folder) => {
    const home = { HOME: folder };
    const { stderr, status } = await ablateWith(home, folder, "run", "a.yaml", "--quiet");
    expect([stderr, status]).toEqual(["", 0]);
    expect((await ablate(folder, "config", "a/run")).stdout).toContain(`file: ${folder}/names.txt`);
    const [run] = jsonRows(await ablateWith(home, folder, "plan", "a.yaml", "--json"));
    expect(run?.state).toBe("finished");
    return run?.hash;
  });

  expect(hashes[0]).toBe(hashes[1]);
});

test("extends takes variables, and says what it does not find", async () => {
  const folder = folderWith(`extends: \${BASES}/base.yaml\n`);
  mkdirSync(join(folder, "bases"));
  writeFileSync(join(folder, "bases", "base.yaml"), `data.file: ../names.txt\n${SHORT}`);
  const planWith = async (bases: string) =>
    ablateWith({ BASES: bases }, folder, "plan", "a.yaml", "--json");

  expect(jsonRows(await planWith("bases"))).toHaveLength(1);
  expect((await planWith("")).stderr).toContain(`a.yaml:1:10: extends: \${BASES}/base.yaml: `);
  expect((await planWith("none")).stderr).toContain(
    "a.yaml:1:10: extends: none/base.yaml: no such file",
  );
});

test.each([
  ["$NOT_SET/x.txt", "the variable NOT_SET is not set; $$ is a $ of the name itself"],
  [`'\${EMPTY}/x.txt'`, "the variable EMPTY is empty; $$ is a $ of the name itself"],
  [`'\${HOME/x.txt'`, `\${HOME/x.txt: a } is missing; $$ is a $ of the name itself`],
  [`'\${DATA:-data}/x.txt'`, `\${DATA:-data}: expected the name of a variable of the environment`],
  [`'\${train.lr}'`, `\${train.lr}: expected the name of a variable of the environment`],
  ["$DATA/none.txt", "$DATA/none.txt (data/none.txt): no such file\n"],
  ["~/none.txt", "/none.txt): no such file\n"],
  ["~somebody/x.txt", "no such file; ~somebody is not expanded, write the path in full"],
  ["'%HOME%/x.txt'", "%HOME%/x.txt: no such file\n"],
])("of data.file: %s it is said what is wrong, and where", async (path, why) => {
  const folder = folderWith(`name: a\ndata: { file: ${path} }\n`);
  const around = { HOME: folder, DATA: "data", EMPTY: "" };
  const { stderr, status } = await ablateWith(around, folder, "plan", "a.yaml");

  expect(status).toBe(2);
  expect(stderr).toContain("a.yaml:2:15: data.file: ");
  expect(stderr).toContain(why);
});

test("flags and words that are paths have what a shell leaves behind = and in quotes", async () => {
  const folder = folderWith(`data.file: names.txt\n${SHORT}`);
  const around = { HOME: folder, OUT: join(folder, "data") };
  const store = "--store=~/b.db";
  await ablateWith(around, folder, "run", "~/a.yaml", "--quiet", store);
  await ablateWith(around, folder, "export", "a/run", store, `--output=\${OUT}/steps.csv`);

  expect(jsonRows(await ablateWith(around, folder, "runs", store, "--json"))).toHaveLength(1);
  expect(existsSync(join(folder, "data/steps.csv"))).toBe(true);
  expect((await ablateWith(around, folder, "runs", "--store", "$NONE/b.db")).stderr).toBe(
    "ablate: --store $NONE/b.db: the variable NONE is not set; $$ is a $ of the name itself\n",
  );
  // What is no path is taken as it is.
  await ablateWith(around, folder, "note", "a/run", store, "costs $NONE ~");
  expect((await ablateWith(around, folder, "show", "a/run", store)).stdout).toContain("$NONE ~");
});

test("ABLATE_STORE is a path as well, and one that is there as it is written wins", async () => {
  const folder = folderWith(`data.file: names.txt\n${SHORT}`);
  const at = (ABLATE_STORE: string) => ({ HOME: folder, DATA: "data", ABLATE_STORE });
  const run = ["run", "a.yaml", "--quiet"];
  for (const store of ["~/home.db", "$DATA/named.db"]) await ablateWith(at(store), folder, ...run);
  mkdirSync(join(folder, "$DATA"));
  copyFileSync(join(folder, "home.db"), join(folder, "$DATA", "named.db"));
  await ablateWith(at("$DATA/named.db"), folder, "tag", "a/run", "good");
  const tags = async (...store: readonly string[]) => {
    const listed = await ablate(folder, "runs", "--json", ...store);
    return jsonRows(listed).map((one) => one.tags);
  };

  expect(await tags("--store", "home.db")).toEqual([null]);
  expect(await tags("--store", "data/named.db")).toEqual([null]);
  expect(await tags("--store", "$DATA/named.db")).toEqual(["good"]);
  const { stderr, status } = await ablateWith(at("$NONE/b.db"), folder, "runs");
  expect([status, stderr]).toEqual([
    2,
    "ablate: ABLATE_STORE $NONE/b.db: the variable NONE is not set; $$ is a $ of the name itself\n",
  ]);
  const typed = await ablateWith(at("~/home.db"), folder, "complete", "--", "show", "a/");
  expect(typed.stdout).toContain("a/run");
});
