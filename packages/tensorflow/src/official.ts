import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Package } from "./places.ts";
import { ProvisionError, reasonOf } from "./problem.ts";
import { run } from "./run.ts";
import { needSpace } from "./space.ts";
import { size, type Terminal } from "./terminal.ts";

/**
 * SHA-256 of the archives that tfjs-node's own installer fetches, by name: as nixpkgs and the Bazel
 * rules of TensorFlow's Go binding state it, independently of each other.
 */
const KNOWN_SHA256: Readonly<Record<string, string>> = {
  "libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz":
    "7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173",
};
const NAPI = "8";
const ANSWER_MS = 5_000;
const SILENCE_MS = 20_000;
/** The archive of libtensorflow 2.9.1 unpacks to less than four times its size. */
const GROWTH = 5;

type Watch = { readonly terminal: Terminal; readonly signal: AbortSignal };
type Addresses = { readonly library: string; readonly addon: string };

/** The addresses of tfjs-node's own installer, from the package itself and the settings it documents. */
export function officialAddresses({ folder, version }: Package): Addresses {
  const require = createRequire(join(folder, "package.json"));
  const constants = require("./scripts/deps-constants.js");
  const { binary } = require("./package.json");
  const { env } = process;
  const store = env.TFJS_NODE_CDN_STORAGE ?? env.CDN_STORAGE ?? `${new URL(binary.host).origin}/`;
  const base = env.TFJS_NODE_BASE_URI ?? `${store}tensorflow/libtensorflow/libtensorflow-`;
  const system = `cpu-${constants.PLATFORM_MAPPING[process.platform]}-${constants.ARCH_MAPPING[process.arch]}`;
  const suffix = constants.PLATFORM_EXTENSION;
  const own = constants.customAddon ?? {};
  const host = env.npm_config_tfjs_binding_binary_host_mirror ?? own.host ?? binary.host;
  const path = (own.remote_path ?? binary.remote_path)
    .replace("{napi_build_version}", NAPI)
    .replace("{version}", version)
    .replace(/^\.?\//, "");
  const name =
    own.package_name ?? `CPU-${constants.PLATFORM_MAPPING[process.platform]}-${version}.${suffix}`;
  return {
    library:
      constants.customTFLibUri ?? `${base}${system}-${constants.LIBTENSORFLOW_VERSION}.${suffix}`,
    addon: `${host.replace(/\/*$/, "/")}${path.replace(/\/*$/, "/")}${name}`,
  };
}

/** Downloads an archive, checks it, and unpacks it into `folder`; throws what to tell when it fails. */
export async function fetchArchive(
  address: string,
  {
    attempt,
    folder,
    strip,
  }: { readonly attempt: string; readonly folder: string; readonly strip: number },
  watch: Watch,
): Promise<void> {
  const name = basename(new URL(address).pathname);
  const file = join(attempt, name);
  const digest = await download(address, file, { name, ...watch });
  const known = KNOWN_SHA256[name];
  if (known !== undefined && digest !== known) {
    throw new ProvisionError(`${name} has not the pinned SHA-256; it was thrown away`);
  }
  mkdirSync(folder, { recursive: true });
  const { status } = await run(
    ["tar", "-xzf", file, "-C", folder, `--strip-components=${strip}`, "--no-same-owner"],
    { signal: watch.signal },
  );
  if (status !== 0) throw new ProvisionError(`${name} cannot be unpacked`);
  rmSync(file);
}

async function download(
  address: string,
  file: string,
  { name, terminal, signal }: Watch & { readonly name: string },
): Promise<string> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(new Error("no answer")), ANSWER_MS);
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    terminal.note(`downloading ${name} from ${new URL(address).host}: ${size(total)}`);
    needSpace(dirname(file), total * GROWTH);
    const hash = createHash("sha256");
    const output = createWriteStream(file);
    let done = 0;
    for await (const chunk of response.body) {
      timer.refresh();
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error("the connection went silent")), SILENCE_MS);
      hash.update(chunk);
      if (!output.write(chunk)) await new Promise((resolve) => output.once("drain", resolve));
      done += chunk.length;
      terminal.progress(name, done, total);
    }
    await new Promise<void>((resolve, reject) => output.on("error", reject).end(resolve));
    return hash.digest("hex");
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProvisionError) throw error;
    throw new ProvisionError(`${new URL(address).host}: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
