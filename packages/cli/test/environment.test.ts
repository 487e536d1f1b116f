/** What the system does not give: a sentence that says what to do, and never a trace of the program. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, COMMAND, type Ended, inTurn, makeFolder } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await ablate(folder, "run", "small.yaml", "--steps", "5", "--quiet");
  writeFileSync(join(folder, "best.sql"), "select count(*) as n from runs");
  spawnSync("mkfifo", [join(folder, "pipe")]);
});

/** Runs the real command after some shell script. */
function after(script: string, ...args: readonly string[]): Ended {
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", `${script}; exec "$@"`, "sh", ...COMMAND, ...args],
    options,
  );
  return { status, stdout, stderr };
}

/** The shell's own words about a working folder that is gone. */
const OF_SHELL = /^sh: .*getcwd.*\n/gm;

const GONE = `mkdir gone$$; cd gone$$; rmdir "../gone$$"`;

test("where the working folder is gone, absolute paths do", () => {
  const store = ["--store", join(folder, "gone.db")];
  const run = after(GONE, "run", join(folder, "small.yaml"), "--steps", "5", ...store, "--quiet");
  const query = after(GONE, "query", "select count(*) as n from runs", ...store);
  const ui = after(GONE, "ui", "--once", ...store);

  expect([run.status, run.stderr.replace(OF_SHELL, "")]).toEqual([0, ""]);
  expect([query.status, query.stdout]).toEqual([0, "n\n2\n"]);
  expect([ui.status, ui.stdout]).toEqual([0, expect.stringContaining("2 finished")]);
});

test.each([
  [["runs"]],
  [["export", "small", "-o", "x.csv", "--store", "STORE"]],
  [["new", "x.yaml"]],
  [["import", "x.db", "--store", "STORE"]],
])("where the working folder is gone, %j is told so in a sentence", (args) => {
  const words = args.map((word) => (word === "STORE" ? join(folder, "ablate.db") : word));
  const { status, stdout, stderr } = after(GONE, ...words);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.replace(OF_SHELL, "")).toBe(
    "ablate: the working folder is gone; go to another one, or give absolute paths\n",
  );
});

test("workers that the system has no files for are said so, with what to do", () => {
  const seeds = "1,2,3,4,5,6,7,8,9,10,11,12";
  const more = ["--seeds", seeds, "--only", "plain", "--workers", "12", "--max-retries", "0"];
  const { status, stderr } = after(
    "ulimit -n 32",
    ...["run", "small.yaml", "--steps", "5", "--store", "few.db", "--quiet", ...more],
  );

  expect(status).toBe(1);
  expect(stderr).toMatch(
    /cannot be started: too many files are open; raise the limit \(ulimit -n\) or give fewer --workers/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a query whose process the system has no files for is refused in a sentence", () => {
  const { status, stderr } = after("ulimit -n 24", "query", "select 1");

  expect(status).toBe(2);
  expect(stderr).toMatch(/^ablate: query: cannot start a process for it: .*ulimit -a\)\n$/);
});

/** Files without an end, and pipes that nobody writes to. */
test.each([
  [["query", "--file", "/dev/zero"], "ablate: query: /dev/zero is too large: more than 67 MB"],
  [["query", "--file", "pipe"], "ablate: query: pipe is a pipe; pass its content on stdin"],
  [["plan", "pipe"], "pipe: is a pipe; pass its content on stdin"],
  [["plan", "/dev/zero"], "/dev/zero: is too large: more than 67 MB"],
])("%j is refused", async (args, message) => {
  expect(await ablate(folder, ...args)).toEqual({ status: 2, stdout: "", stderr: `${message}\n` });
});

test("a config that is extended and has no end is refused where it is named", async () => {
  writeFileSync(join(folder, "endless.yaml"), "name: x\nextends: /dev/zero\n");

  const { status, stderr } = await ablate(folder, "plan", "endless.yaml");

  expect(status).toBe(2);
  expect(stderr).toMatch(/^endless\.yaml:2:10: extends: \/dev\/zero: is too large/);
});

test("stdin without an end is refused", () => {
  const { status, stderr } = after("exec </dev/zero", "query", "-");

  expect([status, stderr]).toEqual([2, "ablate: query: stdin is too large: more than 67 MB\n"]);
});

test("a file that is not there is met with the one that is meant", async () => {
  const asked = [
    ["query", "--file", "bets.sql"],
    ["runs", "--store", "ablat.db"],
    ["import", "ablat.db"],
    ["plan", "smal.yaml"],
  ];
  const said = await inTurn(asked, (words) => ablate(folder, ...words));

  expect(said.map(({ status }) => status)).toEqual([2, 2, 2, 2]);
  expect(said.map(({ stderr }) => /did you mean (\S+?)\?/.exec(stderr)?.[1])).toEqual([
    "best.sql",
    "ablate.db",
    "ablate.db",
    "small.yaml",
  ]);
});

test("a flag of one command before it is told its place", async () => {
  const { status, stderr } = await ablate(folder, "--only", "plain", "runs");

  expect(status).toBe(2);
  expect(stderr).toBe(
    'ablate: unknown flag "--only"; write it after the command: `ablate runs --only`\n',
  );
});

test("a home that is missing and a place for temporary files that is not one do no harm", () => {
  const script =
    "export HOME=$PWD/nowhere TMPDIR=$PWD/nowhere; unset XDG_CACHE_HOME NODE_COMPILE_CACHE";

  for (const args of [["runs"], ["query", "select 1"], ["ui", "--once"], ["show", "plain"]]) {
    const { status, stderr } = after(script, ...args);
    expect([args, status, stderr]).toEqual([args, 0, ""]);
  }
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "where nothing can be written at all, every verb says what to do in our words",
  () => {
    const mount = `mount -t tmpfs none nowhere && cp ablate.db names.txt small.yaml nowhere/ && mount -o remount,ro nowhere`;
    const asked = [
      ["runs", "--store", "nowhere/ablate.db"],
      ["query", "select 1", "--store", "nowhere/ablate.db"],
      ["tag", "plain", "x", "--store", "nowhere/ablate.db"],
      ["import", "nowhere/ablate.db"],
      ["run", "nowhere/small.yaml", "--store", "nowhere/new.db"],
      ["export", "small", "-o", "nowhere/x.csv"],
    ];
    for (const args of asked) {
      const script = `mkdir -p nowhere; unshare -m sh -c '${mount} || exit 77; export TMPDIR=$PWD/nowhere; exec "$@"' sh "$@"; exit $?`;
      const { status, stderr } = after(script, ...args);
      if (status === 77) return; // a container that may not mount
      expect([args, status]).toEqual([args, 2]);
      expect(stderr).toMatch(/^ablate: .*(set TMPDIR|cannot be opened or created there|read-only)/);
      expect(stderr).not.toMatch(/EROFS|mkdtemp|unable to open|XXXXXX/);
    }
  },
);

test("a store whose path leads in a circle or through a file is refused in our words", async () => {
  spawnSync("ln", ["-s", "loop", join(folder, "loop")]);

  for (const store of ["loop", "names.txt/x.db", `${"x".repeat(300)}.db`]) {
    const { status, stderr } = await ablate(folder, "run", "small.yaml", "--store", store);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ablate: cannot (write to|make a store at) /);
    expect(stderr).not.toMatch(/ELOOP|ENAMETOOLONG|ENOTDIR|, stat|unable to open/);
  }
});

test("an older store that there is no room to copy is not imported, and named", () => {
  const older = join(olderFolder("version-10"), "ablate.db");
  const { status, stderr } = after("ulimit -f 100", "import", older, "--store", "to.db");

  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^ablate: cannot make a copy in .+ of .+ablate\.db: the device rejects it; .+\n$/,
  );
});
