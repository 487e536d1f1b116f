/** How files of names are read: by lines or by white space, with which end token, split or with files of splits. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ablate, inTurn, jsonRows } from "./make.ts";

const CITY_LIST = join(import.meta.dirname, "city-list");

const CITIES = ["New York", "Rio de Janeiro", "Paris", "London", "San Jose", "Rome", "Oslo"];

const CONFIG = `name: g
model: { embedding: 2, hidden: [4] }
train: { steps: 5, batch_size: 2 }
record: { samples: 3, probes: none }
`;

/** A folder with these files and `a.yaml`, which trains on `names.txt` unless it says more. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>, more = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-names-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const data = more.includes("data.file") ? more : `data.file: names.txt\n${more}`;
  writeFileSync(join(folder, "a.yaml"), `${CONFIG}${data}\n`);
  return folder;
}

const lines = (names: readonly string[]): string => `${names.join("\n")}\n`;

async function hashOf(folder: string, ...set: readonly string[]): Promise<unknown> {
  const flags = set.flatMap((one) => ["--set", one]);
  const [run] = jsonRows(await ablate(folder, "plan", "a.yaml", ...flags, "--json"));
  return run?.hash;
}

/** A folder with the run of a city list that an older version stopped after 200 of 300 steps. */
function olderCities(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-cities-"));
  for (const name of ["cities.txt", "cities.yaml"]) {
    cpSync(join(CITY_LIST, name), join(folder, name));
  }
  writeFileSync(
    join(folder, "ablate.db"),
    gunzipSync(readFileSync(join(CITY_LIST, "store.db.gz"))),
  );
  return folder;
}

test("a stopped run of a city list that was split at white space never goes on by lines", async () => {
  const folder = olderCities();
  const plan = await ablate(folder, "plan", "cities.yaml");
  const trained = await ablate(folder, "run", "cities.yaml", "--quiet");
  const [old, own] = jsonRows(await ablate(folder, "runs", "--json"));

  expect(plan.stdout).toMatch(/cities\/run-separator=line +new\n/);
  expect(plan.stderr).toContain("`--set data.separator=whitespace` finds it");
  expect(trained.status).toBe(0);
  expect(old).toMatchObject({ run: "cities/run", state: "stopped" });
  expect(own).toMatchObject({ state: "finished" });
});

test("it is found, and goes on, with the separator that `config` prints of it", async () => {
  const folder = olderCities();
  const { stdout } = await ablate(folder, "config", "cities/run");
  writeFileSync(join(folder, "old.yaml"), stdout.replace("/data/cities.txt", "cities.txt"));
  const plan = await ablate(folder, "plan", "old.yaml", "--mixed-revisions");
  const trained = await ablate(folder, "run", "old.yaml", "--mixed-revisions", "--quiet");
  const runs = jsonRows(await ablate(folder, "runs", "--json"));

  expect(stdout).toContain("  separator: whitespace\n");
  expect(plan.stdout).toContain("cities/run  stopped, goes on at 200");
  expect(trained.status).toBe(0);
  expect(runs).toMatchObject([{ run: "cities/run", state: "finished", steps: 300 }]);
});

test("the separator is part of a run only where the file reads otherwise by it, and never whitespace", async () => {
  const plain = folderOf({ "names.txt": " emma\r\nava\r\nmia\r\n\r\nzoe \nleo\nkim\n" });
  const cities = folderOf({ "names.txt": lines(CITIES) });
  const both = (folder: string) =>
    inTurn(["line", "whitespace"], (one) => hashOf(folder, `data.separator=${one}`));

  const [byLine, byWhitespace] = await both(cities);
  expect(new Set([await hashOf(plain), ...(await both(plain))]).size).toBe(1);
  expect(await hashOf(cities)).toBe(byLine);
  expect(byWhitespace).not.toBe(byLine);
  expect(await hashOf(plain, "data.end='|'")).not.toBe(await hashOf(plain));
});

test.each([
  [CITIES, ""],
  [CITIES, "data.separator: whitespace"],
  [CITIES.map((city) => `${city}.`), "data.end: '|'"],
  [["emma", "ava", "mia", "zoe", "leo", "kim"], ""],
  [["emma", "ava", "mia", "zoe", "leo", "kim"], "data.validation: names.txt\ndata.test: names.txt"],
])(
  "the config printed of a run of %j with %j finds the run, and so does the saved plan",
  async (names, more) => {
    const folder = folderOf({ "names.txt": lines(names) }, more);
    await ablate(folder, "run", "a.yaml", "--quiet");
    const { stdout } = await ablate(folder, "config", "g/run");
    writeFileSync(join(folder, "b.yaml"), stdout);
    await ablate(folder, "plan", "a.yaml", "--save", "c.yaml");

    for (const file of ["a.yaml", "b.yaml", "c.yaml"]) {
      const { stdout: plan } = await ablate(folder, "plan", file);
      expect(plan, file).toContain("1 run: 1 finished; 0 to train");
    }
  },
);

test("`data` counts by both readings where they differ, and shows a space", async () => {
  const folder = folderOf({ "names.txt": lines(CITIES) });
  const { stdout } = await ablate(folder, "data", "a.yaml", "--words", "1");

  expect(stdout).toContain(
    "names.txt by lines: 7 names, as here; by white space (data.separator: whitespace): 11 names\n",
  );
  expect(stdout).toMatch(/vocabulary: \d+ characters: \.␣J.* \(␣ is a space\)\n/);
  expect(stdout).toContain(
    "New York\n... ---> N\n..N ---> e\n.Ne ---> w\nNew ---> ␣\new␣ ---> Y\n",
  );
  const plain = folderOf({ "names.txt": "a\nb\nc\nd\ne\nf\n" });
  expect((await ablate(plain, "data", "a.yaml")).stdout).not.toMatch(/by lines|a space/);
});

test("a line that white space splits is warned of by every verb that reads the file", async () => {
  const folder = folderOf({ "names.txt": lines(CITIES) }, "data.separator: whitespace");
  const warning =
    'warning: names.txt: white space splits 3 lines into several names, the first is line 1, "New York"; data.separator: line keeps them whole\n';

  for (const verb of ["data", "plan", "run"]) {
    expect((await ablate(folder, verb, "a.yaml")).stderr, verb).toContain(warning);
  }
});

test("names with a space are sampled, shown and compared with it", async () => {
  const folder = folderOf({ "names.txt": lines(CITIES) });
  await ablate(folder, "run", "a.yaml", "--set", "record.samples=30", "--quiet");
  const { stdout } = await ablate(folder, "sample", "g/run", "--count", "30");
  const [row] = jsonRows(
    await ablate(folder, "query", "select group_concat(text, '') as text from samples", "--json"),
  );

  expect(stdout).toMatch(/[ ␣]/);
  expect(stdout).not.toMatch(/^ | $/m);
  expect(row?.text).toContain(" ");
  const shown = await ablate(folder, "show", "g/run");
  expect(shown.stdout).toMatch(/data\.separator +line/);
});

test("the end token is one character that no name holds, and the first of the vocabulary", async () => {
  const names = ["St. Louis", "St. Paul", "Bonn.", "Ulm", "Rom", "Oslo"];
  const folder = folderOf({ "names.txt": lines(names) }, "data.end: '|'");
  await ablate(folder, "run", "a.yaml", "--quiet");
  const { stdout } = await ablate(folder, "data", "a.yaml", "--words", "1");
  const plain = await ablate(folder, "plan", "a.yaml", "--set", "data.end=.");

  expect(stdout).toMatch(/characters: \|␣\..*\(␣ is a space, \| marks the end of a name\)/);
  expect(stdout).toContain("||| ---> S\n");
  expect(plain.stderr).toBe(
    'a.yaml:5:12: data.file: names.txt: line 1: "St. Louis" holds ".", which marks the end of a name; set data.end to a character that no name contains, such as "$"\n' +
      "  5 | data.file: names.txt\n    |            ^\n",
  );
  for (const end of ['"||"', '" "', '"\\n"', "[1]", "''"]) {
    const { stderr } = await ablate(folder, "plan", "a.yaml", "--set", `data.end=${end}`);
    expect(stderr, end).toContain("data.end: expected one character that can be seen");
  }
});

test("splits with files of their own are as large as these, which plan and data say", async () => {
  const files = {
    "names.txt": "ab\nba\naab\nabb\n",
    "valid.txt": "aa\nbb\nab\n",
    "test.txt": "bab\n",
  };
  const folder = folderOf(files, "data.validation: valid.txt\ndata.test: test.txt");
  const { stdout } = await ablate(folder, "data", "a.yaml", "--words", "0");
  const plan = await ablate(folder, "plan", "a.yaml");

  expect(stdout).toContain("names.txt and files of splits: 8 names, 27 examples of 3 characters\n");
  expect(stdout).toMatch(/train +4 +14 +names.txt\nvalid +3 +9 +valid.txt\ntest +1 +4 +test.txt\n/);
  expect(plan.stdout).toContain(
    "data: 4 names to split (names.txt), 3 names for validation (valid.txt), 1 name for the test (test.txt)\n",
  );
});

test("what a file of a split holds is part of the run, where it lies is not", async () => {
  const files = { "names.txt": "ab\nba\naab\nabb\n", "valid.txt": "aa\n", "same.txt": "aa\n" };
  const folder = folderOf({ ...files, "other.txt": "bb\n" });
  const [valid, same, other, held] = await inTurn(
    ["validation=valid.txt", "validation=same.txt", "validation=other.txt", "test=valid.txt"],
    (one) => hashOf(folder, `data.${one}`),
  );

  expect(same).toBe(valid);
  expect(new Set([valid, other, held]).size).toBe(3);
});

test("a character that training never sees is refused with its line", async () => {
  const files = { "names.txt": "ab\nba\n", "valid.txt": "aa\n\nabc\n" };
  const folder = folderOf(files, "data.validation: valid.txt");
  const { stderr, status } = await ablate(folder, "plan", "a.yaml");

  expect(stderr).toBe(
    [
      'a.yaml:6:18: data.validation: valid.txt: line 3: "abc" holds "c", which no name of names.txt holds',
      "  6 | data.validation: valid.txt",
      "    |                  ^",
      "",
    ].join("\n"),
  );
  expect(status).toBe(2);
});

test("two readings of a file are told apart by every verb that compares", async () => {
  const folder = folderOf({ "names.txt": lines(CITIES) });
  await ablate(folder, "run", "a.yaml", "--quiet", "--set", "data.separator=whitespace");
  const plan = await ablate(folder, "plan", "a.yaml");
  await ablate(folder, "run", "a.yaml", "--quiet");
  const [, second] = jsonRows(await ablate(folder, "runs", "--json"));

  expect(plan.stderr).toBe(
    "g/run is stored with data.separator whitespace, not line: g/run-separator=line is a run of its own\n" +
      "g/run is of the same file read by white space; `--set data.separator=whitespace` finds it\n",
  );
  const diff = await ablate(folder, "diff", "g/run", String(second?.run));
  expect(diff.stdout).toMatch(/data\.separator +whitespace +line +yes\n/);
  const compared = await ablate(folder, "compare", "g", "--by", "separator");
  expect(compared.stdout).toMatch(/^whitespace .*\nline /m);
  const ui = await ablate(folder, "ui", "--once", "--view", "runs", "--size", "100x12");
  expect(ui.stdout).toMatch(/separator[\s\S]* whitespace [\s\S]* line /);
});

test("splits are evaluated on their own files", async () => {
  const files = { "names.txt": "ab\nba\naab\nabb\n", "own.txt": "bab\naba\n" };
  const folder = folderOf(files, "data.validation: own.txt\ndata.test: own.txt");
  await ablate(folder, "run", "a.yaml", "--quiet");
  const sql = "select valid_loss, test_loss, train_loss from runs";
  const [row] = jsonRows(await ablate(folder, "query", sql, "--json"));

  expect(row?.valid_loss).toBeGreaterThan(0);
  expect(row?.test_loss).toBe(row?.valid_loss);
  expect(row?.train_loss).not.toBe(row?.valid_loss);
});

test.each<[string, Uint8Array | string, string]>([
  ["UTF-16", Buffer.from("\ufeffemma\nava\n", "utf16le"), "UTF-16 text; save it as UTF-8"],
  ["Latin-1", Buffer.from("emma\nJos\u00e9\n", "latin1"), "line 2: not UTF-8 text, byte 0xE9"],
  ["binary", Uint8Array.of(97, 0, 98), "a binary file, byte 2 is 0"],
  ["empty", "", "is empty"],
  ["blank", "\n \n", "has only blank lines"],
  ["one long line", "x".repeat(1_000_000), "only 1 name; at least 6 are needed"],
])(
  "a data file that is %s is one sentence of every verb that reads it",
  async (_, content, why) => {
    const folder = folderOf({ "names.txt": content });
    for (const verb of ["data", "plan", "run", "verify"]) {
      const { stderr, stdout, status } = await ablate(folder, verb, "a.yaml");
      expect([stdout, status]).toEqual(["", 2]);
      const said =
        /^a\.yaml:\d+:\d+: data\.file: names\.txt: ([^\n]*)\n[^\n]*names\.txt[^\n]*\n *\| *\^\n$/;
      expect(said.exec(stderr)?.[1], stderr).toContain(why);
    }
  },
);

test("a control character in a name is warned of", async () => {
  const folder = folderOf({ "names.txt": "a\nb\u001b[31m\nc\nd\ne\nf\n" });

  expect((await ablate(folder, "plan", "a.yaml")).stderr).toBe(
    'warning: names.txt: line 2, "b\\u001b[31m", contains a control character, which the network learns like any other\n',
  );
});
