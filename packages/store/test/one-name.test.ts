import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { annotate, openReader, openWriter, StoreError } from "../src/index.ts";
import { blockOf, CLAIM, claimedRun, readerAt, temporaryPath } from "./make.ts";

/** A closed store with the run `g/v` and a second name of its file in another folder. */
function linkedStore(): { readonly path: string; readonly other: string } {
  const { path, writer } = claimedRun([]);
  writer.close();
  const other = join(dirname(path), "backup", "ablate.db");
  mkdirSync(dirname(other));
  linkSync(path, other);
  return { path, other };
}

test("a file with two names is written to by neither, and the sentence says what to do", () => {
  const { path, other } = linkedStore();
  const before = readFileSync(path);

  for (const name of [path, other]) {
    const refusal = new RegExp(
      `cannot write to ${name}: the file has 1 other name \\(hard links\\).*remove the others, or write to a copy: .cp --reflink=auto ${name} COPY`,
    );
    expect(() => openWriter(name)).toThrow(StoreError);
    expect(() => openWriter(name)).toThrow(refusal);
    expect(() => annotate(name, { kind: "note", target: "g", text: "x" })).toThrow(refusal);
  }
  expect(readFileSync(path)).toEqual(before);
});

test("a file with two names is read, and whoever reads it learns what are not visible", () => {
  const { other } = linkedStore();

  const reader = readerAt(other);

  expect(reader.runs().map(({ name }) => name)).toEqual(["g/v"]);
  expect(reader.notice).toBe(
    `${other} has other names (hard links): changes that another process is making are not visible`,
  );
});

test("a log that is older than a file with two names is left out by readers", () => {
  const { path, writer } = claimedRun([]);
  writer.appendSteps(1, CLAIM.token, blockOf(0, [3, 2]));
  const copy = temporaryPath("other.db");
  writeFileSync(copy, readFileSync(path));
  writeFileSync(`${copy}-wal`, readFileSync(`${path}-wal`));
  writer.close();
  linkSync(copy, `${copy}.link`);
  expect(readerAt(copy).notice).toContain("are not visible");
  writeFileSync(copy, readFileSync(path));
  utimesSync(`${copy}-wal`, 1, 1);

  const reader = readerAt(copy);

  expect(reader.notice).toContain("its log is older than the file and is left out");
  expect(reader.run("g/v")?.lastStep).toBe(1);
});

test("two paths that lead to one file share the log beside the file", () => {
  const { path, writer } = claimedRun([]);
  const link = join(dirname(path), "links", "store.db");
  mkdirSync(dirname(link));
  symlinkSync(path, link);

  const other = openWriter(link);
  writer.appendSteps(1, CLAIM.token, blockOf(0, [3, 2]));
  annotate(link, { kind: "tag", target: "g/v", add: ["linked"], remove: [] });

  expect(readdirSync(dirname(link))).toEqual(["store.db"]);
  expect(readerAt(path).run("g/v")).toMatchObject({ tags: ["linked"], lastStep: 1 });
  other.close();
});

const CRASH_WRITER: string = fileURLToPath(new URL("./crash-writer.ts", import.meta.url));

test.runIf(process.platform === "linux").each([
  ["-shm", 12],
  ["-wal", 4],
])("%s removed under a running writer loses nothing that was acknowledged", async (suffix, n) => {
  const path = temporaryPath();
  const said = openSync(`${path}.said`, "w");
  const child = spawn(process.execPath, [CRASH_WRITER, path], { stdio: ["ignore", said, "pipe"] });
  closeSync(said);
  const ended = once(child, "exit");
  const lastStep = () => Number(readFileSync(`${path}.said`, "utf8").split("\n").at(-2) ?? -1);
  await vi.waitFor(() => expect(lastStep()).toBeGreaterThan(0), { timeout: 20_000 });

  const tags = Array.from({ length: n }, (_, i) => `t${String(i).padStart(2, "0")}`);
  for (const tag of tags) {
    rmSync(path + suffix, { force: true });
    annotate(path, { kind: "tag", target: "g/v", add: [tag], remove: [] });
    const before = lastStep();
    await vi.waitFor(() => expect(lastStep()).toBeGreaterThan(before), { timeout: 20_000 });
  }
  child.kill("SIGKILL");
  await ended;

  const reader = openReader(path);
  expect(reader.run("g/v")?.tags).toEqual(tags);
  expect(reader.run("g/v")?.lastStep).toBeGreaterThanOrEqual(lastStep());
  expect(reader.query("select count(*) - max(step) from loss").rows).toEqual([[1]]);
  expect(reader.query("select * from pragma_integrity_check").rows).toEqual([["ok"]]);
  reader.close();
});
