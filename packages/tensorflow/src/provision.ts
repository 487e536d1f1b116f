import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ADDON, buildAddon, findCompiler, nativeVersion } from "./addon.ts";
import { discard, faultOf, publish, startAttempt, sweepAttempts, writeManifest } from "./cache.ts";
import { fetchArchive, officialAddresses } from "./download.ts";
import {
  entryName,
  hasOwnNativePart,
  isLinked,
  link,
  type Package,
  platformName,
  sourcesFor,
  thisPlatform,
} from "./package.ts";
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
    const version = await nativeVersion(target.folder, signal).catch((error) => {
      signal.throwIfAborted();
      throw new ProvisionError(`${reasonOf(error)}; remove deps and lib in ${target.folder}`);
    });
    terminal.result(`TensorFlow ${version} is there already, ${target.folder} has its own`);
    return;
  }
  sweepAttempts(cache);
  const entry = join(cache, entryName(target));
  const how = isLinked(target, entry) ? "is there already" : "linked from the cache";
  const kept = await fromCache(work, entry);
  if (kept !== null) {
    terminal.result(`TensorFlow ${kept} ${how}: ${entry}`);
    return;
  }
  await fillCache(work, entry);
  link(target, entry);
  terminal.result(`TensorFlow ${await nativeVersion(target.folder, signal)} is ready: ${entry}`);
}

/** The version of the entry, linked and tried; null when there is none that works, and then it is gone. */
async function fromCache(work: Work, entry: string): Promise<string | null> {
  const { cache, target, terminal, signal } = work;
  const fault = await faultOf(entry);
  if (fault === "missing") return null;
  if (fault === "damaged") {
    terminal.note(`${entry} is damaged and is made anew`);
  } else {
    link(target, entry);
    try {
      return await nativeVersion(target.folder, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (await works(join(entry, ADDON), signal)) throw error;
      terminal.note(`${reasonOf(error)}; it is made anew`);
    }
  }
  discard(cache, entryName(target));
  return null;
}

async function works(addon: string, signal: AbortSignal): Promise<boolean> {
  return nativeVersion(addon, signal).then(
    () => true,
    () => false,
  );
}

async function fillCache(work: Work, entry: string): Promise<void> {
  const { cache, target, terminal } = work;
  const platform = thisPlatform();
  const [first, second] = sourcesFor(platform);
  if (first === undefined) {
    throw new ProvisionError(`no TensorFlow for ${platformName(platform)} serves tfjs-node`);
  }
  terminal.note(
    `the native part of tfjs-node goes to ${entry}, for all checkouts; \`pnpm tensorflow --remove\` undoes it`,
  );
  const attempt = startAttempt(cache);
  try {
    const places = { attempt, deps: join(attempt, "deps") };
    const isThere = await official(work, places);
    if (!isThere && second === undefined) {
      throw new ProvisionError(`there is no other TensorFlow for ${platformName(platform)}`);
    }
    if (!isThere) {
      terminal.note("the wheel of TensorFlow serves as well");
      await findCompiler(work.signal);
      await fetchWheel(places, work);
      await build(work, places);
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
    await fetchArchive(library, { attempt, folder: deps }, work);
    try {
      await fetchArchive(addon, { attempt, folder: join(attempt, "lib") }, work);
      await nativeVersion(join(attempt, ADDON), signal);
    } catch (error) {
      signal.throwIfAborted();
      terminal.note(`the official addon does not serve: ${reasonOf(error)}`);
      await build(work, places);
    }
    return true;
  } catch (error) {
    signal.throwIfAborted();
    terminal.note(`the official download does not serve: ${reasonOf(error)}`);
    for (const name of readdirSync(attempt)) rmSync(join(attempt, name), { recursive: true });
    return false;
  }
}

async function build({ target, terminal, signal }: Work, places: Places): Promise<void> {
  terminal.note("building the addon from tfjs-node's own source");
  await buildAddon(target, places, signal);
  await nativeVersion(join(places.attempt, ADDON), signal);
}
