import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ADDON, buildAddon } from "./addon.ts";
import { discard, publish, startAttempt, sweepAttempts } from "./attempt.ts";
import { hasOwnNativePart, isLinked, link } from "./link.ts";
import { faultOf, writeManifest } from "./manifest.ts";
import { nativeVersion } from "./native.ts";
import { fetchArchive, officialAddresses } from "./official.ts";
import { entryName, type Package } from "./places.ts";
import { ProvisionError, reasonOf } from "./problem.ts";
import type { Terminal } from "./terminal.ts";
import { fetchWheel } from "./wheel.ts";

export type Work = {
  readonly target: Package;
  readonly cache: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

type Places = { readonly attempt: string; readonly deps: string };

/** Makes tfjs-node run on native TensorFlow: from the cache when it holds everything, else from the network. */
export async function provision(work: Work): Promise<void> {
  const { target, cache, terminal, signal } = work;
  if (hasOwnNativePart(target)) {
    const version = await nativeVersion(target.folder, signal);
    terminal.result(`${target.folder} has a native part of its own: TensorFlow ${version}`);
    return;
  }
  sweepAttempts(cache);
  const entry = join(cache, entryName(target));
  const kept = await fromCache(work, entry);
  if (kept !== null) {
    const wasLinked = isLinked(target, entry);
    link(target, entry);
    const version = await nativeVersion(target.folder, signal);
    const how = wasLinked ? "is there already" : "linked from the cache";
    terminal.result(`TensorFlow ${version} ${how}: ${entry}`);
    return;
  }
  await fillCache(work, entry);
  link(target, entry);
  terminal.result(`TensorFlow ${await nativeVersion(target.folder, signal)} is ready: ${entry}`);
}

async function fromCache(
  { cache, target, terminal, signal }: Work,
  entry: string,
): Promise<string | null> {
  const fault = await faultOf(entry);
  if (fault === "missing") return null;
  try {
    if (fault === null) return await nativeVersion(join(entry, ADDON), signal);
    terminal.note(`${entry} is damaged and is made anew`);
  } catch (error) {
    signal.throwIfAborted();
    terminal.note(`${reasonOf(error)}; it is made anew`);
  }
  discard(cache, entryName(target));
  return null;
}

async function fillCache(work: Work, entry: string): Promise<void> {
  const { cache, target, terminal, signal } = work;
  terminal.note(
    `the native part of tfjs-node goes to ${entry}, for all checkouts; \`pnpm tensorflow --remove\` undoes it`,
  );
  const attempt = startAttempt(cache);
  try {
    const places = { attempt, deps: join(attempt, "deps") };
    if (!(await official(work, places))) {
      await fetchWheel(places, work);
      await compile(work, places);
      await nativeVersion(join(attempt, ADDON), signal);
    }
    rmSync(join(places.deps, "include"), { recursive: true, force: true });
    await writeManifest(attempt);
    if ((await faultOf(entry)) !== null) publish(attempt, cache, entryName(target));
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }
}

/** The download of tfjs-node's own installer, false when that is not to be had. */
async function official(work: Work, places: Places): Promise<boolean> {
  const { target, terminal, signal } = work;
  const { attempt, deps } = places;
  try {
    const { library, addon } = officialAddresses(target);
    await fetchArchive(library, { attempt, folder: deps, strip: 0 }, work);
    const folder = join(attempt, "lib");
    try {
      await fetchArchive(addon, { attempt, folder, strip: 0 }, work);
    } catch (error) {
      signal.throwIfAborted();
      terminal.note(`no addon to download (${reasonOf(error)}); it is built here`);
    }
    if (!existsSync(join(attempt, ADDON))) await compile(work, places);
    await nativeVersion(join(attempt, ADDON), signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    terminal.note(`no official download (${reasonOf(error)}); the wheel of TensorFlow serves too`);
    for (const name of ["deps", "lib"]) {
      rmSync(join(attempt, name), { recursive: true, force: true });
    }
    return false;
  }
}

async function compile({ target, terminal, signal }: Work, places: Places): Promise<void> {
  terminal.note("building the addon from tfjs-node's own source");
  await buildAddon(target, places, signal);
  if (!existsSync(join(places.attempt, ADDON)))
    throw new ProvisionError("the compiler made no addon");
}
