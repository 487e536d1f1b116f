/** Which commit a run was trained from. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";

function git(folder: string, ...args: readonly string[]): string {
  const names = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return spawnSync("git", [...names, ...args], { cwd: folder, encoding: "utf8" }).stdout.trim();
}

/** A clean checkout with a config and its data; its commit. */
function checkout(): { readonly folder: string; readonly commit: string } {
  const folder = makeFolder();
  git(folder, "init", "-q");
  git(folder, "add", ".");
  git(folder, "commit", "-qm", "first");
  return { folder, commit: git(folder, "rev-parse", "HEAD") };
}

/** Trains `config` in `folder`. Returns the commit of its runs, and whether that had changes. */
async function trained(folder: string, config: string): Promise<readonly unknown[]> {
  const store = `${config.replaceAll("/", "-")}.db`;
  const words = ["run", config, "--steps", "2", "--only", "plain", "--store", store];
  const { status, stderr } = await ablate(folder, ...words);
  expect(status, stderr).toBe(0);
  const { stdout } = await ablate(folder, "show", "plain", "--json", "--store", store);
  const [{ provenance }] = JSON.parse(stdout);
  return [provenance.git_commit, provenance.git_dirty];
}

test("the store that a run makes does not make its commit a changed one", async () => {
  const { folder, commit } = checkout();
  // What `Y` of the UI writes is not tracked either.
  for (const name of ["notes.txt", "ablate-runs.csv"]) writeFileSync(join(folder, name), "1\n");

  expect(await trained(folder, "small.yaml")).toEqual([commit, false]);
});

test("a tracked file that differs makes it a changed one", async () => {
  const { folder, commit } = checkout();
  writeFileSync(join(folder, "names.txt"), "anna\nbob\ncarl\ndora\nemil\nfritz\ngerd\nhans\n");

  expect(await trained(folder, "small.yaml")).toEqual([commit, true]);
});

test("the commit is that of the config, from whatever folder and by whatever name", async () => {
  const { folder, commit } = checkout();
  const other = checkout().folder;
  const outside = mkdtempSync(join(tmpdir(), "ablate-outside-"));
  symlinkSync(folder, join(outside, "linked-folder"));
  mkdirSync(join(other, "links"));
  symlinkSync(join(folder, "small.yaml"), join(other, "links", "linked.yaml"));
  cpSync(join(folder, "names.txt"), join(other, "links", "names.txt"));

  expect(await trained(outside, join(folder, "small.yaml"))).toEqual([commit, false]);
  expect(await trained(outside, "linked-folder/small.yaml")).toEqual([commit, false]);
  expect(await trained(other, "links/linked.yaml")).toEqual([commit, false]);
});

test("a checkout that the environment names, as in a hook of git, is not taken for it", async () => {
  const { folder, commit } = checkout();
  const other = checkout().folder;
  process.env.GIT_DIR = join(other, ".git");
  onTestFinished(() => {
    delete process.env.GIT_DIR;
  });

  const commits = await trained(folder, "small.yaml");

  expect(commits).toEqual([commit, false]);
});

test("a config outside of any checkout has no commit, also where the working folder has one", async () => {
  const { folder } = checkout();
  const outside = makeFolder();

  expect(await trained(folder, join(outside, "small.yaml"))).toEqual([null, null]);
});
