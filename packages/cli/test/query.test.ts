import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { blocks, page } from "./documents.ts";
import { ablate, COMMAND, type Ended, jsonRows, makeFolder, startAblate } from "./make.ts";
import { inTerminal } from "./pty.ts";
import { train } from "./train.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "20");
});

async function query(...args: readonly string[]): Promise<Ended> {
  return ablate(folder, "query", ...args);
}

const ODD =
  "select null as missing, 9e999 as inf, x'00ff' as bytes, 9223372036854775807 as big, 0.1 as real, 'a,\"b' || char(10) || '|' as text, 1 as twice, 2 as twice";

test("JSON has NULL, infinities, blobs, whole numbers of 64 bits, and columns of the same name", async () => {
  expect(jsonRows(await query(ODD, "--json"))).toEqual([
    {
      missing: null,
      inf: "Infinity",
      bytes: "AP8=",
      big: "9223372036854775807",
      real: 0.1,
      text: 'a,"b\n|',
      twice: 1,
      "twice:1": 2,
    },
  ]);
});

test("CSV quotes as RFC 4180 says, and ends lines with CR LF", async () => {
  expect((await query(ODD, "--format", "csv")).stdout).toBe(
    "missing,inf,bytes,big,real,text,twice,twice\r\n" +
      ',Infinity,AP8=,9223372036854775807,0.1,"a,""b\n|",1,2\r\n',
  );
});

test("Markdown keeps cells on one line and apart", async () => {
  expect((await query(ODD, "--format", "markdown")).stdout.split("\n").at(2)).toBe(
    '|  | Infinity | <2 bytes> | 9223372036854775807 | 0.1 | a,"b<br>\\| | 1 | 2 |',
  );
});

test("Markdown shows text as it is: no markup, no end of a cell or its line", async () => {
  const sql =
    "select '`x|y`' as \"a|`b\", 'a\\|b' as back, '<b>&lt;' as html, '*a* _b_ c_d ~~e~~ [f](g) [16] 2 * 3' as marks, 'p' || char(13) || 'q' as line";

  expect((await query(sql, "--format", "markdown")).stdout.split("\n")).toEqual([
    "| a\\|\\`b | back | html | marks | line |",
    "| --- | --- | --- | --- | --- |",
    "| \\`x\\|y\\` | a\\\\\\|b | \\<b>\\&lt; | \\*a\\* \\_b\\_ c_d \\~\\~e\\~\\~ \\[f](g) [16] 2 * 3 | p<br>q |",
    "",
  ]);
});

test("a table shows no control characters", async () => {
  expect((await query("select 'a' || char(27) || '[31mb' as x")).stdout).toBe("x\na\\u{1b}[31mb\n");
});

test("rows beyond the limit are not printed, and that is said", async () => {
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 1200) select i from n";
  const lines = ({ stdout }: Ended): number => stdout.trimEnd().split("\r\n").length - 1;

  const cut = await query(sql, "--format", "csv");
  const all = await query(sql, "--format", "csv", "--limit", "0");
  const few = await query(sql, "--format", "csv", "--limit", "3");

  expect([lines(cut), lines(all), lines(few)]).toEqual([1000, 1200, 3]);
  expect(cut.stderr).toBe("ablate: the first 1000 rows; --limit N gives more, --limit 0 all\n");
  expect(all.stderr).toBe("");
});

const ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n)";

test.each([
  ["csv", /^i\r\n1\r\n2\r\n/],
  ["json", /^\[\n {2}\{"i":1\},\n {2}\{"i":2\},\n/],
])("%s is printed as rows come, until its reader goes away", async (format, beginning) => {
  const args = ["--format", format, "--limit", "0", "--timeout", "0"];
  const { child, ended } = startAblate(folder, "query", `${ENDLESS} select i from n`, ...args);

  const [first] = await once(child.stdout ?? child, "data");
  child.stdout?.destroy();

  expect(String(first)).toMatch(beginning);
  expect(await ended).toBe(0);
});

test("200 MB of rows pass through a heap of 100 MB", () => {
  const sql = `${ENDLESS} select hex(zeroblob(50000)) as x from n limit 2000`;
  const [node, ...command] = COMMAND;

  const { status, stdout, stderr } = spawnSync(
    node,
    [
      "--max-old-space-size=100",
      ...command,
      ...["query", sql, "--format", "csv", "--limit", "0", "--timeout", "0"],
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 300e6 },
  );

  expect([status, stdout.length, stderr]).toEqual([0, 3 + 2000 * 100_002, ""]);
});

test("SQL comes from a file or from stdin as well", async () => {
  writeFileSync(join(folder, "one.sql"), "-- a comment\nselect count(*) as n from runs\n");
  const [node, ...args] = COMMAND;

  const piped = spawnSync(node, [...args, "query", "-", "--json"], {
    cwd: folder,
    input: "select 7 as x",
    encoding: "utf8",
  });

  expect(jsonRows(await query("--file", "one.sql", "--json"))).toEqual([{ n: 2 }]);
  expect(jsonRows(await query("-- a comment\nselect 8 as x", "--json"))).toEqual([{ x: 8 }]);
  expect(JSON.parse(piped.stdout)).toEqual([{ x: 7 }]);
});

test("a query that runs too long is stopped", async () => {
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

  const { status, stdout, stderr } = await query(sql, "--timeout", "300ms");

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^ablate: query: stopped after 0\.3 s; .*--timeout\n$/);
});

test.each([
  [
    ["select run, valid_los from runs"],
    "query:1:13: no such column: valid_los; did you mean valid_loss?\n" +
      "  1 | select run, valid_los from runs\n    |             ^\n",
  ],
  [
    ["select run\nfrom rnus"],
    "query:2:6: no such table: rnus; did you mean runs?\n  2 | from rnus\n    |      ^\n",
  ],
  [
    ['select run from runs where run = "v5"'],
    'query:1:35: no such column: "v5"; text stands in single quotes\n',
  ],
  [["select * from steps"], "no such table: steps; `ablate query --explain-schema` lists all"],
  [["select valid from runs"], "no such column: valid; did you mean valid_loss?"],
  [["select r.run from runs"], "query:1:8: no such column: r.run; FROM does not name it\n"],
  [["select ?"], "query: a ? or :name needs a value; write the value itself\n"],
  [["select 1; select 2"], "query: more than one statement; give one at a time\n"],
  [["delete from run"], "ablate: query: only SELECT and WITH read a store, got DELETE\n"],
  [["select", "1"], 'ablate: put the SQL in quotes: ablate query "select 1"\n'],
  [[], 'ablate: SQL is missing; usage: ablate query "select ...", or - or --file PATH\n'],
  [
    ["select 1", "--format", "xml"],
    '--format takes one of table, json, csv, markdown, latex, html, typst, not "xml"',
  ],
  [["select 1", "--timeout", "soon"], "--timeout takes a duration like 90s"],
  [["select 1", "--limit", "-1"], "--limit takes a whole number of at least 0"],
  [["--file", "nowhere.sql"], "nowhere.sql: no such file or folder"],
])("query %j is a mistake that is explained", async (args, message) => {
  const { status, stdout, stderr } = await query(...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});

test("--explain-schema needs no store and has every view and column", async () => {
  const empty = makeFolder();

  const text = await ablate(empty, "query", "--explain-schema");
  const json = jsonRows(await ablate(empty, "query", "--explain-schema", "--json"));

  expect([text.status, json]).toEqual([0, SCHEMA]);
  for (const { name, columns } of SCHEMA) {
    expect(text.stdout).toContain(`${name}: `);
    for (const column of columns) expect(text.stdout).toContain(`  ${column.name} `);
  }
});

test("docs/sql.md has the columns of every view", () => {
  const text = page("docs/sql.md");

  for (const { name, columns } of SCHEMA) {
    const row = new RegExp(`^\\| \`${name}\` \\| .* \\| (.*) \\|$`, "m").exec(text)?.[1] ?? "";
    const named = row
      .replace(/\([^)]*\)/g, "")
      .split(",")
      .map((column) => column.trim());
    expect(named, name).toEqual(columns.map((column) => column.name));
  }
  expect(blocks(text, "sql").length).toBeGreaterThan(5);
});

test.each([40, 80, 120])("in a terminal of %i columns no line is wider", async (columns) => {
  const wide = await inTerminal(folder, columns, ["query", "select * from runs"]);
  const narrow = await inTerminal(folder, columns, ["query", "select config, run from runs"]);

  for (const line of [...wide, ...narrow]) expect(line.length).toBeLessThanOrEqual(columns);
  expect(wide.join("\n")).toContain("valid_loss");
  expect(narrow.join("\n")).toContain("…");
});

test.skipIf(!existsSync("/dev/full"))(
  "a disk that is full while a result is written is one sentence and exit code 2",
  () => {
    const [node, ...command] = COMMAND;
    const full = openSync("/dev/full", "w");

    for (const args of [
      ["query", "select * from loss", "--format", "csv"],
      ["query", "select * from loss"],
      ["export", "small", "-o", "-", "--format", "jsonl"],
      ["runs"],
    ]) {
      const { status, stderr } = spawnSync(node, [...command, ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", full, "pipe"],
      });
      expect([status, stderr], args.join(" ")).toEqual([
        2,
        "ablate: cannot write the output: no space left on the device\n",
      ]);
    }

    closeSync(full);
  },
);

test("a query of an internal table is answered, and told which view is meant", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "5");
  const warningOf = async (sql: string): Promise<string> =>
    (await ablate(folder, "query", sql, "--json")).stderr;

  expect(await warningOf("select id from run")).toBe(
    "ablate: run is an internal table, which may change with any version; the view is runs\n",
  );
  for (const sql of [
    "select run from runs",
    "with mine as (select * from runs) select run from mine",
    "select 'from run' as text from (select 1)",
    "select value from json_each('[1]')",
  ]) {
    expect([sql, await warningOf(sql)]).toEqual([sql, ""]);
  }
});
