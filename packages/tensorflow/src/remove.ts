import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
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
  const links = unlink(target);
  for (const { place, led } of links) terminal.result(`removed the link ${place} to ${led}`);
  sweepAttempts(cache);
  const bytes = sizeOf(cache);
  for (const name of entriesOf(cache)) discard(cache, name);
  removeEmpty(cache);
  removeEmpty(dirname(cache));
  if (bytes > 0) terminal.result(`removed ${cache}, ${size(bytes)}; other checkouts used it too`);
  if (links.length === 0 && bytes === 0) terminal.result("there is nothing to remove");
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

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or another process or program keeps something in it.
  }
}
