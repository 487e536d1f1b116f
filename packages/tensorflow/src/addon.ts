import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Package } from "./package.ts";
import { ProvisionError } from "./problem.ts";
import { run } from "./run.ts";

/** The path of the addon below an entry of the cache, as node-pre-gyp looks for it in the package. */
export const ADDON = "lib/napi-v8/tfjs_binding.node";

/** Compiles the addon from the package's own source against the libraries in `deps`. */
export async function buildAddon(
  { folder }: Package,
  { attempt, deps }: { readonly attempt: string; readonly deps: string },
  signal: AbortSignal,
): Promise<void> {
  const compiler = await findCompiler(signal);
  const addon = join(attempt, ADDON);
  mkdirSync(dirname(addon), { recursive: true });
  const sources = readdirSync(join(folder, "binding")).filter((name) => name.endsWith(".cc"));
  const libraries = readdirSync(join(deps, "lib")).filter((name) => /\.so\.2$/.test(name));
  const headers = fileURLToPath(new URL("include", import.meta.resolve("node-api-headers")));
  const built = await run(
    [...compiler, "-shared", "-fPIC", "-O2", "-std=c++17", "-DNAPI_VERSION=8"].concat(
      [`-I${headers}`, `-I${join(deps, "include")}`],
      sources.map((name) => join(folder, "binding", name)),
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
export async function findCompiler(signal: AbortSignal): Promise<readonly string[]> {
  const named = process.env.CXX?.trim().split(/\s+/) ?? [];
  const candidates =
    named.length > 0 && named[0] !== "" ? [named] : [["c++"], ["g++"], ["clang++"]];
  for (const candidate of candidates) {
    if ((await run([...candidate, "--version"], { signal })).status === 0) return candidate;
  }
  throw new ProvisionError(
    `there is no C++ compiler (${candidates.map((words) => words.join(" ")).join(", ")}); install one (Debian: g++)`,
  );
}

const SCRIPT = fileURLToPath(new URL("check-native.ts", import.meta.url));

/** TensorFlow's version, from a process that loads the addon or package at `place` and computes with it. */
export async function nativeVersion(place: string, signal: AbortSignal): Promise<string> {
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
