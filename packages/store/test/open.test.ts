import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import SqliteDatabase from "better-sqlite3";
import { expect, test, vi } from "vitest";
import { openCopy } from "../src/file/open-database.ts";
import { openReader, openWriter, StoreError } from "../src/index.ts";
import { CURRENT_VERSION } from "../src/migrations/migrate.ts";
import { StoreReader } from "../src/reading/reader.ts";
import { claimedRun, gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

const openings = [
  ["writer", openWriter],
  ["reader", openReader],
] as const;

const JOURNAL = new URL("../src/file/journal.ts", import.meta.url).href;

function sqliteFile(...statements: readonly string[]): string {
  const path = temporaryPath();
  const database = new SqliteDatabase(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return path;
}

test("a new store is made with the pragmas that it needs", () => {
  const path = temporaryPath();

  writerAt(path);

  const database = new SqliteDatabase(path, { readonly: true });
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect(["journal_mode", "auto_vacuum", "user_version"].map(pragma)).toEqual([
    "wal",
    2,
    CURRENT_VERSION,
  ]);
  expect(pragma("application_id")).toBe(Buffer.from("abla").readUInt32BE());
  database.close();
});

test("the log is switched on once another process has let go of a store", async () => {
  const path = temporaryPath();
  const other = new SqliteDatabase(path);
  other.exec("begin immediate");
  const script = `
    import SqliteDatabase from "better-sqlite3";
    import { setJournal } from ${JSON.stringify(JOURNAL)};
    const database = new SqliteDatabase(${JSON.stringify(path)}, { timeout: 60_000 });
    console.log("ready");
    setJournal(database, "WAL");
    console.log(database.pragma("journal_mode", { simple: true }));`;
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, "exit");
  await vi.waitFor(() => expect(output).toContain("ready"), { timeout: 30_000 });

  // Who does not wait gives up at once.
  await Promise.race([ended, setTimeout(500)]);
  other.exec("rollback");
  other.close();

  expect(await ended).toEqual([0, null]);
  expect(output).toBe("ready\nwal\n");
});

test("a store that another process is making is empty or whole, and never a stranger's", async () => {
  const folder = dirname(temporaryPath());
  const count = 100;
  const maker = fileURLToPath(new URL("./make-stores.ts", import.meta.url));
  const child = spawn(process.execPath, [maker, folder, `${count}`], { stdio: "inherit" });
  const ended = once(child, "exit");

  const said = new Set<string>();
  for (let i = 0; i < count; ) {
    try {
      openReader(join(folder, `${i}.db`)).close();
      i += 1;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      said.add(error.message.replace(/\S*\.db/, "STORE"));
    }
  }

  expect(await ended).toEqual([0, null]);
  const expected = /^there is no store at STORE|^STORE is not an ablate store: it is empty/;
  expect([...said].filter((message) => !expected.test(message))).toEqual([]);
});

test("an empty file becomes a store", () => {
  const path = temporaryPath();
  writeFileSync(path, "");

  writerAt(path).planGrid(gridOf([plannedRun("v")]));

  expect(readerAt(path).runs()).toHaveLength(1);
});

test("a store keeps its runs when it is opened again, and its log is emptied on closing", () => {
  const path = temporaryPath();
  const first = writerAt(path);
  first.planGrid(gridOf([plannedRun("v")]));
  const reader = readerAt(path);
  first.close();

  expect(statSync(`${path}-wal`).size).toBe(0);
  expect(writerAt(path).planGrid(gridOf([plannedRun("w")]))).toHaveLength(1);
  expect(reader.runs().map(({ name }) => name)).toEqual(["g/v", "g/w"]);
});

test.each(openings)("a %s refuses a file that is no database, and leaves it alone", (_, open) => {
  const path = temporaryPath();
  const text = "name: init-schemes\n".repeat(100);
  writeFileSync(path, text);

  expect(() => open(path)).toThrow(StoreError);
  expect(() => open(path)).toThrow(`${path} is not an ablate store: it is not an SQLite database`);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each(openings)("a %s refuses a folder and a pipe, at once", (_, open) => {
  const [folder, pipe] = [temporaryPath(), temporaryPath()];
  mkdirSync(folder);
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);

  expect(() => open(folder)).toThrow(`${folder} is not an ablate store: it is a folder; name`);
  expect(() => open(pipe)).toThrow(`${pipe} is not an ablate store: it is no regular file; name`);
});

test.each(openings)(
  "a %s does not take a store with a broken header for another file",
  (_, open) => {
    const path = temporaryPath();
    openWriter(path).close();
    const bytes = readFileSync(path).fill(0xff, 16, 60);
    writeFileSync(path, bytes);

    expect(() => open(path)).toThrow(
      `${path} is damaged: its header is not what SQLite writes; save`,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  },
);

test.each(openings)("a %s refuses another program's database, and leaves it alone", (_, open) => {
  const path = sqliteFile("create table mine (x)", "pragma application_id = 77");
  const before = readFileSync(path);

  expect(() => open(path)).toThrow(StoreError);
  expect(() => open(path)).toThrow("is an SQLite database of another program");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each(openings)("a %s refuses a store of a newer ablate and says what to do", (_, open) => {
  const path = temporaryPath();
  openWriter(path).close();
  const database = new SqliteDatabase(path);
  database.pragma("user_version = 99");
  database.close();

  expect(() => open(path)).toThrow(StoreError);
  expect(() => open(path)).toThrow(
    `${path} was written by a newer ablate (store version 99, this one supports up to ${CURRENT_VERSION}); update ablate`,
  );
});

test("a reader says that there is no store, or none yet", () => {
  const path = temporaryPath();
  expect(() => openReader(path)).toThrow(`there is no store at ${path}; \`ablate run CONFIG\``);

  writeFileSync(path, "");
  expect(() => openReader(path)).toThrow(`${path} is not an ablate store: it is empty`);
});

test("a writer says in a sentence why it cannot make a store", () => {
  const file = temporaryPath("file");
  writeFileSync(file, "text");
  const inFile = join(file, "ablate.db");
  const nowhere = join(dirname(file), "missing", "ablate.db");

  expect(() => openWriter(inFile)).toThrow(StoreError);
  expect(() => openWriter(inFile)).toThrow(
    `cannot write to ${inFile}: it cannot be opened or created there`,
  );
  expect(() => openWriter(nowhere)).toThrow(StoreError);
  expect(() => openWriter(nowhere)).toThrow(`there is no folder ${dirname(nowhere)}`);
  expect(() => openWriter(dirname(file))).toThrow(StoreError);
});

test("a store in a read-only place is read through a copy, which nothing leaves behind", () => {
  const { path } = claimedRun([]);
  const opened = openCopy(path);
  expect(() => statSync(dirname(opened.sql.database.name))).toThrow("ENOENT");

  const reader = new StoreReader(opened);

  expect(reader.runs().map(({ name }) => name)).toEqual(["g/v"]);
  expect(reader.notice).toContain(`${path} is in a read-only folder`);
  reader.close();
});

test("a writer killed in the middle loses no step that it had stored", async () => {
  const path = temporaryPath();
  const script = fileURLToPath(new URL("./crash-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.split("\n").length > 50 && !child.killed) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const acknowledged = Number(output.split("\n").at(-2));

  const writer = writerAt(path);
  expect(writer.markInterrupted()).toBe(1);

  const [run] = readerAt(path).runs();
  const steps = readerAt(path).query("select count(*), max(step) from loss").rows[0];
  const level16 = readerAt(path).query(
    "select sum(n) from curve where series = 'loss' and level = 16",
  );
  expect(run).toMatchObject({ state: "interrupted", reason: "process died" });
  expect(run?.lastStep).toBeGreaterThanOrEqual(acknowledged);
  expect(steps).toEqual([Number(run?.lastStep) + 1, run?.lastStep]);
  expect(level16.rows[0]?.[0]).toBe(steps?.[0]);
});

test("a copied store is a whole store", () => {
  const { path, writer } = claimedRun([]);
  writer.close();
  rmSync(`${path}-wal`, { force: true });
  const copy = temporaryPath("copy.db");
  writeFileSync(copy, readFileSync(path));

  expect(readerAt(copy).runs()).toHaveLength(1);
});
