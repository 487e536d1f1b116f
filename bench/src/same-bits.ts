/**
 * `same-bits.ts VERSION...`: trains every workload for some hundred steps under each Node version, from the
 * npm package `node`, one of them also by the engine tfjs on each backend that works, and compares the bits
 * of all losses, learning rates and ratios. Exit 1 when they differ.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBackends } from "./ours.ts";
import { WORKLOAD_NAMES } from "./workloads.ts";

const STEPS = "300";
const script = fileURLToPath(new URL("train.ts", import.meta.url));
const versions = process.argv.slice(2);
const backends = (await findBackends()).map(({ backend }) => backend);
const TFJS_WORKLOAD = "two-layer-bn";
const folder = mkdtempSync(join(tmpdir(), "ablate-nodes-"));
try {
  const histories = versions.map((version) => {
    const node = installNode(version);
    const hashes = [
      ...WORKLOAD_NAMES.map((name) => historyHash(node, [name, STEPS])),
      ...backends.map((backend) => historyHash(node, [TFJS_WORKLOAD, STEPS, backend])),
    ];
    const running = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    process.stdout.write(
      `node ${running}  ${hashes.map((hash) => hash.slice(0, 12)).join("  ")}\n`,
    );
    return hashes.join();
  });
  if (new Set(histories).size !== 1) {
    process.stderr.write("same-bits: the histories differ\n");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The binary of a Node version, installed by npm under a folder of its own. */
function installNode(version: string): string {
  const prefix = join(folder, version);
  const flags = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", prefix];
  execFileSync("npm", ["install", ...flags, `node@${version}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(prefix, "node_modules/node/bin/node");
}

function historyHash(node: string, training: readonly string[]): string {
  const args = ["--conditions=@ablate/source", "--no-warnings", script, ...training];
  return JSON.parse(execFileSync(node, args, { encoding: "utf8" })).sha256;
}
