import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { needSpace } from "./cache.ts";
import {
  type Attempt,
  codeOf,
  type Package,
  ProvisionError,
  reasonOf,
  run,
  size,
  type Work,
} from "./work.ts";

/** An archive of native code, and what it has to be wherever it comes from. */
type Archive = {
  readonly address: string;
  /** SHA-256 of what may be unpacked and run; none: it is not known, and nothing is. */
  readonly pinned: readonly string[];
};

/**
 * SHA-256 of the archives that tfjs-node's own installer fetches, by their official names: as nixpkgs and the Bazel
 * rules of TensorFlow's Go binding state it, independently of each other. Nobody states one of the addon, which is
 * therefore built from its source.
 */
const KNOWN_SHA256: Readonly<Record<string, string>> = {
  "libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz":
    "7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173",
};
const NAPI = "8";

/**
 * The addresses that tfjs-node's own installer would use: from the package itself, its
 * `scripts/custom-binary.json` and the environment variables that it documents.
 */
export function officialAddresses({ folder, version }: Package): {
  readonly library: Archive;
  readonly addon: Archive;
} {
  const { env, platform, arch } = process;
  const require = createRequire(join(folder, "package.json"));
  const own = require(join(folder, "scripts/deps-constants.js"));
  const { binary } = require(join(folder, "package.json"));
  const [os, cpu] = [own.PLATFORM_MAPPING[platform], own.ARCH_MAPPING[arch]];

  const store = env.TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE || `${new URL(binary.host).origin}/`;
  const base = env.TFJS_NODE_BASE_URI || `${store}tensorflow/libtensorflow/libtensorflow-`;
  const build = `cpu-${os}-${cpu}-${own.LIBTENSORFLOW_VERSION}.${own.PLATFORM_EXTENSION}`;
  const own256 = ownHashes(env);
  const known = KNOWN_SHA256[`libtensorflow-${build}`];

  const addon = { ...binary, ...own.customAddon };
  const host = env.npm_config_tfjs_binding_binary_host_mirror || addon.host;
  const path = addon.remote_path
    .replace("{napi_build_version}", NAPI)
    .replace("{version}", version)
    .replace(/^\.?\//, "");
  const name = addon.package_name ?? `CPU-${os}-${version}.${own.PLATFORM_EXTENSION}`;
  return {
    library: {
      address: own.customTFLibUri ?? `${base}${build}`,
      pinned: known === undefined ? own256 : [known, ...own256],
    },
    addon: {
      address: [host, path, name].map((part) => part.replace(/\/$/, "")).join("/"),
      pinned: own256,
    },
  };
}

/** Returns the SHA-256 of archives of the user's own, which the user vouches for. */
function ownHashes({ ABLATE_TENSORFLOW_SHA256: given = "" }: NodeJS.ProcessEnv): string[] {
  const hashes = given
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const wrong = hashes.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
  if (wrong === undefined) return hashes;
  throw new ProvisionError(`ABLATE_TENSORFLOW_SHA256: "${wrong}" is no SHA-256 in hexadecimal`);
}

/** Downloads an archive, checks it, and unpacks it into `folder`; throws what to tell when it fails. */
export async function fetchArchive(
  { address, pinned }: Archive,
  folder: string,
  attempt: Attempt,
): Promise<void> {
  const name = basename(new URL(address).pathname);
  if (pinned.length === 0) {
    throw new ProvisionError(
      `no SHA-256 is known of ${name}; ABLATE_TENSORFLOW_SHA256 may name one that you trust`,
    );
  }
  const file = join(attempt.folder, name);
  const digest = await download(address, file, attempt);
  if (!pinned.includes(digest)) {
    throw new ProvisionError(`${name} has not the pinned SHA-256; it was thrown away`);
  }
  mkdirSync(folder, { recursive: true });
  const unpack = ["tar", "-xzf", file, "-C", folder, "--no-same-owner"];
  const { status, stderr } = await run(unpack, attempt);
  if (status !== 0) {
    throw new ProvisionError(`${name} cannot be unpacked: ${stderr.split("\n")[0]}`);
  }
  rmSync(file);
}

const ANSWER_MS = 5_000;
const SILENCE_MS = 20_000;
/** What an archive needs on the disk, itself included, as a multiple of its size. */
const GROWTH = 5;

/** Downloads `address` to `file` and returns its SHA-256; gives up soon when nothing answers. */
async function download(
  address: string,
  file: string,
  { terminal, signal }: Work,
): Promise<string> {
  const { host } = new URL(address);
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expect = (withinMs: number, otherwise: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error(otherwise)), withinMs);
  };
  try {
    const ends = AbortSignal.any([signal, silence.signal]);
    expect(ANSWER_MS, "no answer");
    const response = await fetch(address, { signal: ends });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    terminal.note(`downloading ${basename(file)} from ${host}: ${size(total)}`);
    needSpace(dirname(file), total * GROWTH);

    const hash = createHash("sha256");
    let done = 0;
    const body = Readable.from(response.body).map((chunk: Uint8Array) => {
      expect(SILENCE_MS, "the connection went silent");
      hash.update(chunk);
      done += chunk.length;
      terminal.progress(basename(file), done, total);
      return chunk;
    });
    await pipeline(body, createWriteStream(file), { signal: ends });
    return hash.digest("hex");
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProvisionError || codeOf(error) === "ENOSPC") throw error;
    const reason = silence.signal.aborted ? silence.signal.reason : error;
    throw new ProvisionError(`${host}: ${reasonOf(reason)}`);
  } finally {
    clearTimeout(timer);
  }
}
