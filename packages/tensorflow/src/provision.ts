import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { discard, faultOf, publish, startAttempt, sweepAttempts, writeManifest } from "./cache.ts";
import { fetchArchive, officialAddresses } from "./download.ts";
import {
  entryName,
  hasOwnNativePart,
  isLinked,
  link,
  platformName,
  sourcesFor,
  thisPlatform,
} from "./package.ts";
import { fetchWheel } from "./wheel.ts";
import { type Attempt, ProvisionError, reasonOf, run, type Work } from "./work.ts";

/** The path of the addon below an entry of the cache, as node-pre-gyp looks for it in the package. */
const ADDON = "lib/napi-v8/tfjs_binding.node";

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
      const works = nativeVersion(join(entry, ADDON), signal).then(Boolean, () => false);
      if (await works) throw error;
      terminal.note(`${reasonOf(error)}; it is made anew`);
    }
  }
  discard(cache, entryName(target));
  return null;
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
  const folder = startAttempt(cache);
  try {
    const attempt = { ...work, folder, deps: join(folder, "deps") };
    const isThere = await official(attempt);
    if (!isThere && second === undefined) {
      throw new ProvisionError(`there is no other TensorFlow for ${platformName(platform)}`);
    }
    if (!isThere) {
      terminal.note("the wheel of TensorFlow serves as well");
      await findCompiler(work.signal);
      await fetchWheel(attempt);
      await build(attempt);
    }
    rmSync(join(attempt.deps, "include"), { recursive: true, force: true });
    await writeManifest(folder);
    if ((await faultOf(entry)) !== null) publish(folder, cache, entryName(target));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The download of tfjs-node's own installer, false when that is not to be had. */
async function official(attempt: Attempt): Promise<boolean> {
  const { target, terminal, signal, folder, deps } = attempt;
  try {
    const { library, addon } = officialAddresses(target);
    await fetchArchive(library, deps, attempt);
    try {
      await fetchArchive(addon, join(folder, "lib"), attempt);
      await nativeVersion(join(folder, ADDON), signal);
    } catch (error) {
      signal.throwIfAborted();
      terminal.note(`the official addon does not serve: ${reasonOf(error)}`);
      await build(attempt);
    }
    return true;
  } catch (error) {
    signal.throwIfAborted();
    terminal.note(`the official download does not serve: ${reasonOf(error)}`);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    return false;
  }
}

async function build(attempt: Attempt): Promise<void> {
  attempt.terminal.note("building the addon from tfjs-node's own source");
  await buildAddon(attempt);
  await nativeVersion(join(attempt.folder, ADDON), attempt.signal);
}

/** Compiles the addon from the package's own source against the libraries in `deps`. */
async function buildAddon({ target, folder, deps, signal }: Attempt): Promise<void> {
  const compiler = await findCompiler(signal);
  const addon = join(folder, ADDON);
  mkdirSync(dirname(addon), { recursive: true });
  const binding = join(target.folder, "binding");
  const sources = readdirSync(binding).filter((name) => name.endsWith(".cc"));
  const libraries = readdirSync(join(deps, "lib")).filter((name) => /\.so\.2$/.test(name));
  const headers = fileURLToPath(new URL("include", import.meta.resolve("node-api-headers")));
  const built = await run(
    [...compiler, "-shared", "-fPIC", "-O2", "-std=c++17", "-DNAPI_VERSION=8"].concat(
      [`-I${headers}`, `-I${join(deps, "include")}`],
      sources.map((name) => join(binding, name)),
      libraries.map((name) => join(deps, "lib", name)),
      ["-Wl,-rpath,$ORIGIN/../../deps/lib", "-o", addon],
    ),
    { signal },
  );
  if (built.status === 0) return;
  const line = built.stderr.split("\n").find((text) => /error|cannot/i.test(text));
  throw new ProvisionError(
    `${compiler.join(" ")} cannot build the addon of tfjs-node: ${line?.trim() ?? "no reason given"}`,
  );
}

/** The words of the C++ compiler to call: $CXX, or the first of the usual names. */
async function findCompiler(signal: AbortSignal): Promise<readonly string[]> {
  const named = process.env.CXX?.trim();
  const candidates = named ? [named.split(/\s+/)] : [["c++"], ["g++"], ["clang++"]];
  for (const candidate of candidates) {
    if ((await run([...candidate, "--version"], { signal })).status === 0) return candidate;
  }
  throw new ProvisionError(
    `there is no C++ compiler (${candidates.map((words) => words.join(" ")).join(", ")}); install one (Debian: g++)`,
  );
}

const SCRIPT = fileURLToPath(new URL("check-native.ts", import.meta.url));

/** TensorFlow's version, from a process that loads the addon or package at `place` and computes with it. */
async function nativeVersion(place: string, signal: AbortSignal): Promise<string> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "0" };
  const { status, stdout, stderr } = await run(
    [process.execPath, "--disable-warning=ExperimentalWarning", SCRIPT, place],
    { signal, env },
  );
  const version = stdout.split("\n").at(-1) ?? "";
  if (status === 0 && version !== "") return version;
  const error = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? "the process that tried it was killed";
  throw new ProvisionError(`the native part does not work here: ${error}`);
}
