import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { discard, sweepAttempts } from "./attempt.ts";
import { unlink } from "./link.ts";
import type { Package } from "./places.ts";
import { size, type Terminal } from "./terminal.ts";

/** Undoes what `provision` did: the links of this checkout, and the cache of all. */
export function remove({
  target,
  cache,
  terminal,
}: {
  readonly target: Package;
  readonly cache: string;
  readonly terminal: Terminal;
}): void {
  const links = unlink(target, cache);
  if (links > 0) terminal.result(`removed ${links} links from ${target.folder}`);
  sweepAttempts(cache);
  const bytes = sizeOf(cache);
  for (const name of entriesOf(cache)) discard(cache, name);
  if (entriesOf(cache).length === 0) rmSync(cache, { recursive: true, force: true });
  if (bytes > 0) terminal.result(`removed ${cache}, ${size(bytes)}; other checkouts used it too`);
  if (links === 0 && bytes === 0) terminal.result("there is nothing to remove");
}

function entriesOf(cache: string): readonly string[] {
  try {
    return readdirSync(cache).filter((name) => !name.startsWith(".attempt-"));
  } catch {
    return [];
  }
}

function sizeOf(cache: string): number {
  const names = entriesOf(cache).flatMap((entry) =>
    readdirSync(join(cache, entry), { recursive: true, encoding: "utf8" }).map((name) =>
      join(cache, entry, name),
    ),
  );
  return names
    .map((name) => lstatSync(name))
    .filter((found) => found.isFile())
    .reduce((sum, found) => sum + found.size, 0);
}
