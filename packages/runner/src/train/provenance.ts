import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { cpus, hostname, release, type } from "node:os";
import { dirname } from "node:path";
import { assetFile, CHECKOUT, program } from "@ablate/assets";
import { kernelsHash } from "@ablate/core";
import type { Provenance } from "@ablate/store";

/** Facts of this machine, and of the programs on it that train runs. */
export function machineProvenance(ablateVersion: string): Provenance {
  return {
    ablate: ablateVersion,
    ablate_commit: programCommit(),
    kernels_sha256: kernelsHash(),
    lockfile_sha256: lockfileHash(),
    node: process.versions.node,
    v8: process.versions.v8,
    os: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? null,
    host: hostname(),
  };
}

/** Returns the commit that the program was made of; null where nobody knows it, as of a checkout without git. */
export function programCommit(): string | null {
  return CHECKOUT === null ? program().commit : git(CHECKOUT, ["rev-parse", "HEAD"]);
}

/** Collects the facts of the machine, of the programs that train runs, and of the checkout that the config is in. */
export function collectProvenance(facts: {
  /** Path of the config. */
  readonly config: string;
  readonly ablateVersion: string;
  readonly dataHash: string;
}): Provenance {
  const {
    ablate = null,
    ablate_commit = null,
    kernels_sha256 = null,
    lockfile_sha256 = null,
    ...machine
  } = machineProvenance(facts.ablateVersion);
  return {
    ablate,
    ablate_commit,
    kernels_sha256,
    ...gitFacts(facts.config),
    lockfile_sha256,
    data_sha256: facts.dataHash,
    ...machine,
  };
}

/** Tracked files alone: what a run itself leaves, such as the store, is no change of the checkout. */
const STATUS = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=untracked"];

function gitFacts(config: string): Pick<Provenance, "git_commit" | "git_dirty"> {
  const folder = folderOf(config);
  const commit = git(folder, ["rev-parse", "HEAD"]);
  const changes = commit === null ? null : git(folder, STATUS);
  return { git_commit: commit, git_dirty: changes === null ? null : changes !== "" };
}

/** Returns where the text of the config is: beside the target of a link; of a pipe, the working folder. */
function folderOf(config: string): string {
  try {
    const path = realpathSync(config);
    return statSync(path).isFile() ? dirname(path) : ".";
  } catch {
    return ".";
  }
}

/** Variables that name a checkout, as git sets them for its hooks. */
const OF_A_CHECKOUT: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
]);

/** Asks about the checkout that a folder is in, whichever the environment names. */
function git(folder: string, args: readonly string[]): string | null {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OF_A_CHECKOUT.has(name)),
  );
  const result = spawnSync("git", ["--no-optional-locks", "-C", folder, ...args], {
    encoding: "utf8",
    timeout: 5000,
    env,
  });
  return result.status === 0 ? result.stdout.trim() : null;
}

function lockfileHash(): string | null {
  const file = assetFile("lockfile");
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : null;
}
