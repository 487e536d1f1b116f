/** Training that tests only build on: done once for the same files and words, and copied from then on. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { ablate } from "./make.ts";

/**
 * Leaves what `ablate run WORDS --quiet` leaves in a folder. All test files share what it made: runs of the same
 * config on the same data have the same numbers, whoever trains them. Only the path of the data, which the store
 * keeps, is that of the first.
 */
export async function train(folder: string, ...words: readonly string[]): Promise<void> {
  const made = join(tmpdir(), "trained", keyOf(folder, words));
  await once(`${made}.done`, async () => {
    rmSync(made, { recursive: true, force: true });
    cpSync(folder, made, { recursive: true });
    const { status, stderr } = await ablate(made, "run", ...words, "--quiet");
    expect([stderr, status]).toEqual(["", 0]);
  });
  cpSync(made, folder, { recursive: true });
}

/** Calls `make` where there is no such mark yet, and leaves it; who comes meanwhile waits. */
async function once(mark: string, make: () => Promise<void>): Promise<void> {
  const lock = `${mark}.lock`;
  while (!existsSync(mark)) {
    if (!isFirst(lock)) {
      await pause(20);
      continue;
    }
    try {
      if (!existsSync(mark)) await make();
      writeFileSync(mark, "");
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
