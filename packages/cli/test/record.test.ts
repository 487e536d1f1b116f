/** `ablate record` as a process: killed, stopped, twice at once, behind a pipe. */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { grownFrames } from "@ablate/record/test/grown-frames";
import { framesOf } from "@ablate/record/test/make-frames";
import { contentOf, recordInto, temporaryFolder, writeLog } from "@ablate/record/test/record-make";
import { openReader } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { Random } from "./chaos/random.ts";
import { ablate, COMMAND, jsonRows, makeFolder, startAblate } from "./make.ts";
import { PATIENCE } from "./start-run.ts";

const GROW = fileURLToPath(import.meta.resolve("@ablate/record/test/grow-log"));

/** Starts a process that writes a log in pieces. */
function growing(path: string, pieces: number, end: string) {
  const args = ["--conditions=@ablate/source", GROW, path, String(pieces), end];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended: new Promise<void>((resolve) => child.once("exit", () => resolve())) };
}

function stateOf(folder: string) {
  const reader = openReader(join(folder, "ablate.db"));
  try {
    return reader.runs({}).map(({ name, state, lastStep }) => ({ name, state, lastStep }));
  } finally {
    reader.close();
  }
}

/** Asks until a store has a run in this state. */
function untilState(folder: string, state: string): Promise<void> {
  return vi.waitFor(() => expect(stateOf(folder)[0]?.state).toBe(state), PATIENCE);
}

test("killed 30 times while a log grows, it has recorded what one call records", async () => {
  const random = new Random(30);
  const folder = temporaryFolder();
  mkdirSync(join(folder, "logs"));
  const writer = growing(join(folder, "logs", "a.ablate"), 2500, "finished");

  for (let kill = 0; kill < 30; kill++) {
    const { child, ended } = startAblate(folder, "record", "logs", "--follow", "--quiet");
    await delay(60 + random.below(450));
    child.kill("SIGKILL");
    await ended;
  }
  await writer.ended;
  const last = await ablate(folder, "record", "logs");

  expect(last).toMatchObject({ status: 0, stderr: "" });
  const clean = temporaryFolder();
  writeLog(clean, "a.ablate", grownFrames("finished"));
  await recordInto(clean, [join(clean, "a.ablate")]);
  expect(contentOf(folder)).toEqual(contentOf(clean));
  expect((await ablate(folder, "doctor")).stdout).toContain("digests       1 run as written");
});

test("what writes a log is killed: its run is interrupted, with all that was flushed", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "a.ablate");
  const writer = growing(path, 2500, "none");
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), PATIENCE);
  const follower = startAblate(folder, "record", path, "--follow", "--exit-when-idle", "2s");
  await vi.waitFor(() => expect(stateOf(folder)[0]?.lastStep).toBeGreaterThan(20), PATIENCE);
  expect(stateOf(folder)[0]?.state).toBe("running");

  writer.child.kill("SIGKILL");

  expect(await follower.ended).toBe(0);
  const [{ lastStep, state } = { lastStep: null, state: null }] = stateOf(folder);
  expect(state).toBe("interrupted");
  expect((Number(lastStep) + 1) % 10).toBe(0);
});

test("--follow sees new logs in a folder, and a signal ends it cleanly", async () => {
  const folder = temporaryFolder();
  writeLog(folder, "a.ablate", framesOf({ end: null }));
  const { child, ended } = startAblate(folder, "record", ".", "--follow");
  await untilState(folder, "running");

  writeLog(folder, "b.ablate", framesOf({ id: "b", name: "gpt/b" }));
  await vi.waitFor(() => expect(stateOf(folder)).toHaveLength(2), PATIENCE);
  child.kill("SIGINT");

  expect(await ended).toBe(0);
  expect(stateOf(folder)).toEqual([
    { name: "gpt/base", state: "interrupted", lastStep: 99 },
    { name: "gpt/b", state: "finished", lastStep: 99 },
  ]);
});

test("a second recorder names the first, and leaves the run alone", async () => {
  const folder = temporaryFolder();
  const path = writeLog(folder, "a.ablate", framesOf({ end: null }));
  const { child, ended } = startAblate(folder, "record", path, "--follow");
  await untilState(folder, "running");
  appendFileSync(path, Buffer.concat(framesOf({ steps: 200, start: 100 }).slice(2)));

  const second = await ablate(folder, "record", path);

  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`^ablate: gpt/base: process ${child.pid} on \\S+ has it\n$`),
  );
  await untilState(folder, "finished");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(stateOf(folder)[0]?.lastStep).toBe(199);
});

/** Runs `ablate record -` with these bytes on its standard input. */
function piped(folder: string, input: Uint8Array, ...flags: readonly string[]) {
  const [node, main = ""] = COMMAND;
  const options = {
    cwd: folder,
    input,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  } as const;
  const { status, stdout, stderr } = spawnSync(node, [main, "record", "-", ...flags], options);
  return { status, stdout, stderr };
}

test("a pipe is recorded as it comes; one that breaks is interrupted, and goes on when it is sent again", () => {
  const folder = temporaryFolder();
  const bytes = Buffer.concat(framesOf({ steps: 400 }));

  const broken = piped(folder, bytes.subarray(0, bytes.length / 2));
  expect(broken).toMatchObject({ status: 0, stderr: "" });
  expect(broken.stdout).toMatch(
    /^gpt\/base: \d+ steps, loss \S+, interrupted \(no end in its log\)\n$/,
  );
  const whole = piped(folder, bytes);
  expect(whole.stdout).toMatch(/^gpt\/base: 400 steps, loss \S+, finished\n$/);
  expect(piped(folder, bytes).stdout).toBe("gpt/base: nothing new, finished\n");

  expect(stateOf(folder)).toEqual([{ name: "gpt/base", state: "finished", lastStep: 399 }]);
});

test.each([
  [
    "text",
    "hello\n",
    "ablate: standard input of process \\d+ cannot be recorded: no frame begins here",
  ],
  ["nothing", "", "ablate: standard input: it ends within its first frame"],
])("a pipe with %s is one sentence", (_, text, sentence) => {
  const { status, stderr } = piped(temporaryFolder(), Buffer.from(text));
  expect(status).toBe(2);
  expect(stderr).toMatch(new RegExp(`^${sentence}\n$`));
});

test("what is no log is said in one sentence", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "empty"));
  mkdirSync(join(folder, "other"));
  writeFileSync(join(folder, "nothing.ablate"), "");
  writeFileSync(join(folder, "notes.txt"), "hello\n");
  writeFileSync(join(folder, "other", "picture.png"), "\x89PNG\r\n\x1a\n\0\0\0");
  const formats = "formats are frames, .*\\(docs/record.md\\)";

  const said = async (...args: readonly string[]) => {
    const { status, stderr } = await ablate(folder, ...args);
    return `${status} ${stderr}`;
  };
  expect(await said("record", "gone")).toBe("2 ablate: there is no file or folder gone\n");
  expect(await said("record", "")).toBe("2 ablate: an empty PATH names no file and no folder\n");
  expect(await said("record", "empty")).toMatch(
    new RegExp(`^2 ablate: empty is a folder without any file; ${formats}\n$`),
  );
  expect(await said("record", "other")).toMatch(
    new RegExp(`^2 ablate: other has no log in its 1 file; ${formats}\n$`),
  );
  expect(await said("record", "other/picture.png")).toMatch(
    new RegExp(`^2 ablate: other/picture.png is no log of a format that is known; ${formats}\n$`),
  );
  expect(await said("record", "nothing.ablate")).toMatch(
    /^2 ablate: nothing.ablate is empty: nothing is written to it yet/,
  );
  expect(await said("record", "notes.txt")).toMatch(/^2 ablate: notes.txt is no log of a format/);
  expect(await said("record", "-", "other")).toMatch(/^2 ablate: `-` stands alone/);
  expect(await said("import", "other")).toMatch(/^2 ablate: other has no log in its 1 file/);
});

test("import knows a log by its first bytes, and a store as ever", async () => {
  const folder = makeFolder();
  writeLog(folder, "store.db", framesOf({}));

  const logs = await ablate(folder, "import", "store.db");
  expect(logs).toMatchObject({ status: 0, stdout: "gpt/base: 100 steps, loss 1.3523, finished\n" });
  const other = makeFolder();
  const store = await ablate(other, "import", join(folder, "ablate.db"), "--json");
  expect(jsonRows(store)).toMatchObject([{ run: "gpt/base", change: "added", steps: 100 }]);
  expect((await ablate(other, "import", join(folder, "store.db"), "--dry-run")).status).toBe(2);
  const followed = ["--follow", "--exit-when-idle", "0.2s", "--store", "live.db"];
  const live = await ablate(folder, "import", "store.db", ...followed);
  expect([live.status, live.stdout]).toEqual([0, `gpt/base: begins\n${logs.stdout}`]);
  const refused = await ablate(other, "import", join(folder, "ablate.db"), "--follow");
  expect(refused.stderr).toContain("is a store of ablate; --follow is for logs");
});

test("a run in the trash stays there", async () => {
  const folder = makeFolder();
  writeLog(folder, "a.ablate", framesOf({}));
  await ablate(folder, "record", "a.ablate");
  await ablate(folder, "rm", "gpt/base");

  expect((await ablate(folder, "record", "a.ablate")).stdout).toBe(
    "gpt/base: in the trash, stays there\n",
  );
  expect(jsonRows(await ablate(folder, "runs", "--json"))).toEqual([]);
});
