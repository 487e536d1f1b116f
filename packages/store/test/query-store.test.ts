import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { QueryError, queryStore, StoreError, streamQuery } from "../src/index.ts";
import { countdown } from "../src/query/stream-query.ts";
import { claimedRun } from "./make.ts";

const ALL = { limit: 0, timeoutMs: 0 };
const COUNT_FOR_EVER =
  "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

function store(): string {
  const { path, writer } = claimedRun([]);
  writer.close();
  return path;
}

/** What SQLite says of a query that it does not take. */
async function mistakeIn(sql: string): Promise<QueryError["mistake"]> {
  const error: unknown = await queryStore(store(), sql, ALL).catch((one: unknown) => one);
  if (!(error instanceof QueryError)) throw new Error(`no mistake: ${String(error)}`);
  return error.mistake;
}

test("values come as they are stored: NULL, infinities, blobs, whole numbers of 64 bits", async () => {
  const sql =
    "select null, 9e999, -9e999, x'00ff', 9007199254740991, 9223372036854775807, 0.1, 'x', 2.0";

  const { rows, isCut } = await queryStore(store(), sql, ALL);

  const [blob, ...others] = [rows[0]?.[3], ...(rows[0] ?? []).toSpliced(3, 1)];
  expect(Buffer.from(blob instanceof Uint8Array ? blob : [])).toEqual(Buffer.from([0, 255]));
  expect(others).toEqual([
    ...[null, Infinity, -Infinity, 9007199254740991, 9223372036854775807n, 0.1, "x", 2],
  ]);
  expect(isCut).toBe(false);
});

test.each([
  [0, 5000, false],
  [5000, 5000, false],
  [4999, 4999, true],
  [1, 1, true],
])("with the limit %i there are %i of 5000 rows, cut: %s", async (limit, count, isCut) => {
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 5000) select i from n";

  const answer = await queryStore(store(), sql, { limit, timeoutMs: 0 });

  expect([answer.rows.length, answer.rows.at(-1), answer.isCut]).toEqual([count, [count], isCut]);
});

test("a query that takes too long is ended within a single step of SQLite", async () => {
  const answer = queryStore(store(), COUNT_FOR_EVER, { limit: 1, timeoutMs: 500 });

  await expect(answer).rejects.toThrow(StoreError);
  await expect(answer).rejects.toThrow("query: stopped after 0.5 s");
});

test("a time limit stands still while rows are being taken", async () => {
  const ended: string[] = [];
  const paused = countdown(20, () => ended.push("paused"));
  paused.pause();

  await new Promise<void>((resolve) => {
    countdown(60, () => resolve());
  });
  expect(ended).toEqual([]);

  paused.goOn();
  await vi.waitFor(() => expect(ended).toEqual(["paused"]));
});

test("rows are handed on one batch after another, until no more are wanted", async () => {
  const sql = COUNT_FOR_EVER.replace("count(*)", "i");
  const batches: number[] = [];
  let open = 0;

  const end = await streamQuery(store(), sql, {
    ...ALL,
    take: async (rows, columns) => {
      expect([open++, columns]).toEqual([0, ["i"]]);
      batches.push(rows.length);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return batches.length < 3;
    },
  });

  expect([batches, end]).toEqual([[1000, 1000, 1000], { isCut: false, notice: null }]);
});

test("a query that takes too much memory is ended", async () => {
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n order by randomblob(1000) || i";

  const answer = queryStore(store(), sql, { ...ALL, mostBytes: 300e6 });

  await expect(answer).rejects.toThrow("query: it needs too much memory");
});

test("rows without a limit that would fill the memory are refused with a sentence", async () => {
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select hex(randomblob(50000)) from n";
  const answer = queryStore(store(), sql, { limit: 0, timeoutMs: 60_000, mostGrowth: 200e6 });

  await expect(answer).rejects.toThrow(
    /^query: \d+ rows fill the memory, and there are more; ask for fewer with --limit/,
  );
});

test.skipIf(process.platform !== "linux")(
  "a query ends with the process that asked for it",
  async () => {
    const path = store();
    const entry = new URL("../src/index.ts", import.meta.url).href;
    const script = `const { queryStore } = await import(${JSON.stringify(entry)});
      await queryStore(${JSON.stringify(path)}, ${JSON.stringify(COUNT_FOR_EVER)}, { limit: 1, timeoutMs: 0 })`;
    const asker = spawn(process.execPath, ["--input-type=module", "-e", script]);
    await vi.waitFor(() => expect(readersOf(path)).toHaveLength(1), { timeout: 60_000 });

    asker.kill("SIGKILL");
    await once(asker, "exit");

    await vi.waitFor(() => expect(readersOf(path)).toEqual([]), { timeout: 60_000 });
  },
);

/** Processes but this one that have the file open. */
function readersOf(path: string): readonly string[] {
  const others = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && +pid !== process.pid);
  return others.filter((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some(
        (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path,
      );
    } catch {
      return false;
    }
  });
}

test.each([
  "insert into run_note values (1, 'x')",
  "with r as (select 1) delete from run",
  "with r as (select 1) insert into run_note select 1, 'x'",
  "update run set name = 'x' returning name",
  "create temp table t (x)",
  "attach 'other.db' as other",
  "pragma user_version = 7",
  "pragma writable_schema = on",
  "vacuum into 'copy.db'",
  "begin immediate",
  "reindex",
  "analyze",
  "/* select */ drop view runs",
  "select 1; drop view runs",
  "select load_extension('x')",
  "select writefile('x', 'y')",
  "select edit('x')",
  "select readfile('/etc/passwd')",
  "select fts3_tokenizer('simple', x'00')",
  "select * from pragma_journal_mode('delete')",
  "select * from pragma_user_version(7)",
])("%s is refused and changes nothing", async (sql) => {
  const path = store();
  const before = readFileSync(path);

  await expect(queryStore(path, sql, ALL)).rejects.toThrow();

  expect(readFileSync(path).equals(before)).toBe(true);
});

test("every view can be asked under the same restrictions", async () => {
  const path = store();

  for (const view of ["runs", "curve", "histograms", "norm_stats", "effects", "findings"]) {
    const { columns } = await queryStore(path, `select * from ${view}`, ALL);
    expect(columns.length, view).toBeGreaterThan(4);
  }
});

test.each([
  ["select valid_los from runs", "valid_los", "valid_loss"],
  ["select 'valid_los', -- valid_los\n r.valid_los from runs r", "r.valid_los", "valid_loss"],
  ["select * from rns", "rns", "runs"],
  ["select rond(1.5)", "rond", "round"],
])("in %s the place of the unknown name is known, and others", async (sql, name, other) => {
  const { at, unknown } = await mistakeIn(sql);

  expect(sql.slice(at?.start, (at?.start ?? 0) + (at?.length ?? 0))).toBe(name);
  expect(at?.start).toBe(sql.lastIndexOf(name));
  expect(unknown?.known).toContain(other);
});

test.each([
  ["select run frm runs, runs", 15, 4],
  ["select run from runs where run = 'from' from loss", 40, 4],
  ["select count(* from runs", 15, 4],
  ["select 1 +", 10, 1],
  ["select run from runs where", 26, 1],
])("in %s the syntax error is at %i", async (sql, start, length) => {
  expect((await mistakeIn(sql)).at).toEqual({ start, length });
});
