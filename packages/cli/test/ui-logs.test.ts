/** `ablate ui` on files and folders of logs, and on words for runs. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablateWith, makeFolder } from "./make.ts";
import { train } from "./train.ts";

const SIZE = ["--once", "--size", "120x30"];

function csv(steps: number): string {
  const rows = Array.from({ length: steps }, (_, step) => `${step},${3 - step / 100}`);
  return `${["step,train_loss", ...rows].join("\n")}\n`;
}

/** A folder `runs` with two logs. */
function folderOfLogs(): string {
  const folder = makeFolder();
  for (const [name, steps] of [
    ["a", 50],
    ["b", 100],
  ] as const) {
    mkdirSync(join(folder, "runs", name), { recursive: true });
    writeFileSync(join(folder, "runs", name, "metrics.csv"), csv(steps));
  }
  return folder;
}

/** A folder with a store of two runs. */
async function trained(): Promise<string> {
  const folder = makeFolder();
  await train(folder, "small.yaml");
  return folder;
}

function ui(folder: string, ...args: readonly string[]) {
  return ablateWith({ XDG_CACHE_HOME: join(folder, "cache") }, folder, "ui", ...SIZE, ...args);
}

test("a folder of logs is shown, read into a private cache and not beside the logs", async () => {
  const folder = folderOfLogs();
  const before = readdirSync(join(folder, "runs"), { recursive: true });

  const { status, stdout, stderr } = await ui(folder, "runs/");

  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^ runs\/ › runs .* \d+ kB/);
  expect(stdout).toMatch(/ a .* 2\.5100 +49 /);
  expect(stdout).toMatch(/ b .* 2\.0100 +99 /);
  expect(readdirSync(join(folder, "runs"), { recursive: true })).toEqual(before);
  expect(existsSync(join(folder, "ablate.db"))).toBe(false);
  const logs = join(folder, "cache", "ablate", "logs");
  const [own = ""] = readdirSync(logs);
  expect(statSync(join(logs, own)).mode & 0o777).toBe(0o700);
  expect(statSync(join(logs, own, "store.db")).mode & 0o777).toBe(0o600);
});

test("opened again, by another path too, it has what has come since, once", async () => {
  const folder = folderOfLogs();
  await ui(folder, "runs");
  writeFileSync(join(folder, "runs", "a", "metrics.csv"), csv(70));
  symlinkSync(join(folder, "runs"), join(folder, "link"));

  const { stdout } = await ui(folder, "./link");

  expect(stdout).toMatch(/ a .* 2\.3100 +69 /);
  expect(stdout).toContain("2 runs");
  expect(readdirSync(join(folder, "cache", "ablate", "logs"))).toHaveLength(1);
});

test("opened again, it shows what is on the disk now: deleted logs are gone, rewritten ones anew", async () => {
  const folder = folderOfLogs();
  await ui(folder, "runs");
  rmSync(join(folder, "runs", "a"), { recursive: true });

  const without = await ui(folder, "runs");

  expect(without.stdout).toContain("1 run ");
  expect(without.stdout).not.toMatch(/ a .* 2\.5100/);
  mkdirSync(join(folder, "runs", "c"));
  writeFileSync(join(folder, "runs", "c", "metrics.csv"), csv(30));
  rmSync(join(folder, "runs", "b"), { recursive: true });
  const { stdout } = await ui(folder, "runs");
  expect(stdout).toContain("1 run ");
  expect(stdout).toMatch(/ c .* 2\.7100 +29 /);
});

test("a cache that is damaged is made anew, one that is old goes", async () => {
  const folder = folderOfLogs();
  await ui(folder, "runs");
  const logs = join(folder, "cache", "ablate", "logs");
  const [own = ""] = readdirSync(logs);
  writeFileSync(join(logs, own, "store.db"), "not a store");
  mkdirSync(join(logs, "old"));
  writeFileSync(join(logs, ".DS_Store"), "");
  utimesSync(join(logs, "old"), new Date(2020, 1), new Date(2020, 1));

  const { status, stdout } = await ui(folder, "runs");

  expect(status).toBe(0);
  expect(stdout).toContain("2 runs");
  expect(readdirSync(logs)).toEqual([".DS_Store", own]);
});

test("where no cache can be written it does without", async () => {
  const folder = folderOfLogs();
  writeFileSync(join(folder, "cache"), "a file");

  const { status, stdout } = await ui(folder, "runs");

  expect(status).toBe(0);
  expect(stdout).toContain("2 runs");
});

test("with --store the logs are recorded into that store, beside its runs", async () => {
  const folder = await trained();
  mkdirSync(join(folder, "runs"));
  writeFileSync(join(folder, "runs", "metrics.csv"), csv(40));

  const { status, stdout } = await ui(folder, "--store", "ablate.db", "runs", "small/plain");

  expect(status).toBe(0);
  expect(stdout).toMatch(/small\/plain/);
  const { stdout: runs } = await ui(folder);
  expect(runs).toContain("3 runs");
});

test("words for runs mark them; one run is opened; a store is opened by its path", async () => {
  const folder = await trained();
  const one = await ui(folder, "plain");
  expect(one.stdout).toContain("▲ small/plain");
  const both = await ui(folder, "plain", "normed");
  expect(both.stdout).toMatch(/2 marked/);
  expect(both.stdout).toMatch(/^ loss, nats/m);
  const { stdout } = await ui(folder, "./ablate.db");
  expect(stdout).toContain("2 runs");
});

test("a name that is a folder and a grid means the folder, and both spellings are told", async () => {
  const folder = await trained();
  mkdirSync(join(folder, "small"));
  writeFileSync(join(folder, "small", "metrics.csv"), csv(40));

  const { stdout, stderr } = await ui(folder, "small");

  expect(stderr).toBe(
    "ablate: small is a folder and a grid of ablate.db: the folder is shown, always as ./small; the grid is grid=small\n",
  );
  expect(stdout).toContain("1 run ");
  const spelled = await ui(folder, "./small");
  expect(spelled.stderr).toBe("");
  expect(spelled.stdout).toContain("1 run ");
  const grid = await ui(folder, "grid=small");
  expect(grid.stderr).toBe("");
  expect(grid.stdout).toContain("2 marked");
});

test.each([
  [["nowhere/"], "there is no file or folder nowhere/"],
  [["./nowhere"], "there is no file or folder ./nowhere"],
  [["nowhere"], 'there is no run or grid "nowhere"; `ablate runs` lists all; nor is there a file'],
  [["names.txt", "ablate.db"], "ablate.db is a store; `ablate ui --store ablate.db names.txt`"],
  [["--store", "x.db", "ablate.db"], "ablate.db and x.db are both stores"],
  [
    ["names.txt", "plain"],
    "plain: no file or folder; `ablate ui --store ablate.db names.txt plain`",
  ],
])("%j is one sentence", async (words, sentence) => {
  const { status, stderr, stdout } = await ui(await trained(), ...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(`ablate: ${sentence}`);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("a folder without logs says so, one that cannot be read, too", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "empty"));
  const { status, stdout } = await ui(folder, "empty");
  expect(status).toBe(0);
  expect(stdout).toContain("no log in empty yet");

  if (process.getuid?.() === 0) return;
  chmodSync(join(folder, "empty"), 0);
  const { stderr } = await ui(folder, "empty");
  expect(stderr).toMatch(/empty is left out: permission denied/);
});
