import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cpus, hostname, release, type } from "node:os";
import { dirname, join } from "node:path";
import type { Provenance } from "@ablate/store";

/** The machine and the programs that train runs. Git facts are those of the working folder's checkout. */
export function collectProvenance(facts: {
  readonly folder: string;
  readonly ablateVersion: string;
  readonly dataHash: string;
}): Provenance {
  const commit = git(facts.folder, ["rev-parse", "HEAD"]);
  const changes = commit === null ? null : git(facts.folder, ["status", "--porcelain"]);
  return {
    ablate: facts.ablateVersion,
    git_commit: commit,
    git_dirty: changes === null ? null : changes !== "",
    lockfile_sha256: lockfileHash(import.meta.dirname),
    data_sha256: facts.dataHash,
    node: process.versions.node,
    v8: process.versions.v8,
    os: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? null,
    host: hostname(),
  };
}

function git(folder: string, args: readonly string[]): string | null {
  const result = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8", timeout: 5000 });
  return result.status === 0 ? result.stdout.trim() : null;
}

function lockfileHash(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "pnpm-lock.yaml");
    if (existsSync(file)) return createHash("sha256").update(readFileSync(file)).digest("hex");
    if (folder === dirname(folder)) return null;
  }
}
