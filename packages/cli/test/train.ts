/** Training that tests only build on: done once for the same files and words, and copied from then on. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { ablate, makeFolder } from "./make.ts";

/** A folder of `makeFolder` in which `small.yaml` has been run with these flags. */
export async function trainedFolder(...flags: readonly string[]): Promise<string> {
  const folder = makeFolder();
  await train(folder, "small.yaml", ...flags);
  return folder;
}

/**
 * Leaves what `ablate run WORDS --quiet` leaves in a folder. All test files share what it made: runs of the same
 * config on the same data have the same numbers, whoever trains them.
 */
export async function train(folder: string, ...words: readonly string[]): Promise<void> {
  const made = join(tmpdir(), "trained", keyOf(folder, words));
  await once(made, async (draft) => {
    cpSync(folder, draft, { recursive: true });
    const { status, stderr } = await ablate(draft, "run", ...words, "--quiet");
    expect([stderr, status]).toEqual(["", 0]);
  });
  cpSync(made, folder, { recursive: true });
}

/** Calls `make` for a folder that does not exist yet; who comes meanwhile waits for it. */
async function once(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  const [draft, lock] = [`${folder}.draft`, `${folder}.lock`];
  while (!existsSync(folder)) {
    if (!isFirst(lock)) {
      await pause(20);
      continue;
    }
    try {
      rmSync(draft, { recursive: true, force: true });
      await make(draft);
      renameSync(draft, folder);
    } finally {
      rmSync(lock, { recursive: true });
    }
  }
}

function isFirst(lock: string): boolean {
  mkdirSync(join(lock, ".."), { recursive: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Names what a folder holds and what is done with it. */
function keyOf(folder: string, words: readonly string[]): string {
  const sum = createHash("sha256").update(JSON.stringify(words));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sum.update(path.slice(folder.length)).update(readFileSync(path));
  }
  return sum.digest("hex").slice(0, 16);
}
