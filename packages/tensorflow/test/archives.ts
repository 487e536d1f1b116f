import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { sourcesFor, thisPlatform } from "../src/package.ts";
import { makePlace, nameOwnBinaries, type Place, serve } from "./make.ts";

export type Archives = { readonly library: Buffer; readonly addon: Buffer };

const TOOLS = ["c++ --version", "tar --version", "python3 -m pip --version"];
const isRunnable =
  sourcesFor(thisPlatform()).includes("wheel") &&
  TOOLS.every((command) => spawnSync("sh", ["-c", command]).status === 0);
const isSkipped = !isRunnable && !process.env.CI;

/** A test that runs the command: skipped visibly where it has nothing to work with, failing in CI. */
export const commandTest: ReturnType<typeof test.skipIf> = test.skipIf(isSkipped);

/** Small stand-ins for what is downloaded: a library that is only bytes, an addon that can multiply. */
export function makeArchives(): Archives {
  if (isSkipped) return { library: Buffer.alloc(0), addon: Buffer.alloc(0) };
  const folder = mkdtempSync(join(tmpdir(), "ablate-archives-"));
  mkdirSync(join(folder, "lib"));
  mkdirSync(join(folder, "include"));
  mkdirSync(join(folder, "napi-v8"));
  writeFileSync(join(folder, "lib/libtensorflow.so.2"), Buffer.alloc(1 << 20, "library "));
  writeFileSync(join(folder, "include/c_api.h"), "\n");
  const headers = fileURLToPath(new URL("include", import.meta.resolve("node-api-headers")));
  const source = fileURLToPath(new URL("fake-addon.c", import.meta.url));
  const addon = join(folder, "napi-v8/tfjs_binding.node");
  execFileSync("c++", ["-x", "c++", "-shared", "-fPIC", `-I${headers}`, source, "-o", addon]);
  const pack = (...names: readonly string[]): Buffer => {
    execFileSync("tar", ["-czf", "made.tar.gz", ...names], { cwd: folder });
    return readFileSync(join(folder, "made.tar.gz"));
  };
  const archives = { library: pack("lib", "include"), addon: pack("napi-v8") };
  process.env.ABLATE_TENSORFLOW_SHA256 = `${Object.values(archives).map(sha256)}`;
  return archives;
}

/** Returns what a user who trusts an archive names, as `offline` does those of a test. */
export function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Serves both archives, and notes what was asked for. */
export function serving({ library, addon }: Archives, asked: string[] = []): RequestListener {
  return (request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/library.tar.gz") response.end(library);
    else if (request.url === "/built/addon.tar.gz") response.end(addon);
    else response.writeHead(404).end();
  };
}

/** A place whose package names the archives of a server on the loopback. */
export async function makeServed(archives: Archives, asked: string[] = []): Promise<Place> {
  const place = makePlace();
  nameOwnBinaries(place, await serve(serving(archives, asked)));
  return place;
}
