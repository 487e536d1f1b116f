/**
 * `same-bits.ts [--short] [--seed N] [VERSION...]`: trains nets by every kind of kernels and compares the bits of all
 * that a run records; then compares single kernels at random shapes (`fuzz.ts`). With versions, under each of these of
 * the npm package `node` (22, 24 and 26 unless given), and the engine tfjs on each backend that works as well; `--short`,
 * as CI has it, under this Node by fewer kinds. Exit 1 when bits differ.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findBackends } from "./ours.ts";

/** Steps of the soft kernels, which take thirty times as long, and of all where there is little time. */
const FEW_STEPS = 100;
const STEPS = 300;
const FUZZ_SECONDS = { short: 6, long: 60 };
const TFJS_WORKLOAD = "two-layer-bn";

/** What `ABLATE_KERNELS` is, and what differs beside it. */
type Kind = { readonly kernels: string; readonly threads?: number; readonly steps?: number };

const SHORT: readonly Kind[] = [
  { kernels: "" },
  { kernels: "unpaired" },
  { kernels: "soft", steps: FEW_STEPS },
];
const LONG: readonly Kind[] = [
  ...SHORT,
  { kernels: "narrow" },
  { kernels: "unpaired,wide" },
  { kernels: "", threads: 2 },
  { kernels: "unpaired", threads: 2 },
];

type Hashes = Readonly<Record<string, string>>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: "boolean", default: false }, seed: { type: "string" } },
});
const isShort = values.short;
const folder = mkdtempSync(join(tmpdir(), "ablate-nodes-"));
const expected = new Map<string, string>();
let differences = 0;
try {
  for (const node of isShort ? [process.execPath] : versions().map(installNode)) {
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    for (const kind of isShort ? SHORT : LONG) compare(`node ${version}`, node, kind);
    fuzz(node);
    if (!isShort) await compareTfjs(`node ${version}`, node);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (differences > 0) {
  process.stderr.write(`same-bits: ${differences} hashes differ\n`);
  process.exitCode = 1;
}

function versions(): readonly string[] {
  return positionals.length === 0 ? ["22", "24", "26"] : positionals;
}

/** Trains all nets by one kind of kernels; the first kind says what the others have to be. */
function compare(where: string, node: string, { kernels, threads = 1, steps }: Kind): void {
  const all = steps ?? (isShort ? FEW_STEPS : STEPS);
  const args = ["bits.ts", String(all), String(threads)];
  const { kernels: version, hashes } = run(node, args, kernels);
  report(`${where}  ${threads} threads  ${version}  ${kernels || "as chosen"}`, hashes);
}

async function compareTfjs(where: string, node: string): Promise<void> {
  for (const { backend } of await findBackends()) {
    const { sha256 } = run(node, ["train.ts", TFJS_WORKLOAD, String(STEPS), backend], "");
    report(`${where}  tfjs ${backend}`, { [`tfjs ${backend}`]: sha256 });
  }
}

function report(what: string, hashes: Hashes): void {
  const different = Object.entries(hashes).filter(([name, hash]) => {
    const before = expected.get(name) ?? hash;
    expected.set(name, before);
    return before !== hash;
  });
  differences += different.length;
  const verdict = different.length === 0 ? "the same" : different.map(([name]) => name).join(", ");
  process.stdout.write(`${what}  ${Object.keys(hashes).length} hashes: ${verdict}\n`);
}

function fuzz(node: string): void {
  const seconds = String(isShort ? FUZZ_SECONDS.short : FUZZ_SECONDS.long);
  const seed = values.seed === undefined ? [] : ["--seed", values.seed];
  const { text, differences: found } = run(node, ["fuzz.ts", "--seconds", seconds, ...seed], "");
  process.stdout.write(`${text}\n`);
  differences += found;
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

/** Runs a script of this folder and returns what it prints as JSON. */
function run(node: string, [script = "", ...args]: readonly string[], kernels: string) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const flags = ["--conditions=@ablate/source", "--no-warnings", file];
  const env = { ...process.env, ABLATE_KERNELS: kernels };
  return JSON.parse(execFileSync(node, [...flags, ...args], { encoding: "utf8", env }));
}
