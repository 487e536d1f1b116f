/**
 * CPU time of commands of the npm package beside those of a checkout: `pnpm bench:package [--commit HASH] [--rounds N]`.
 * The package is packed and installed in a temporary folder; the checkout of the commit, 9cfee64 unless given, is made
 * beside it, or taken from `--checkout FOLDER`. Commands take turns, each version on its own store of the demo.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandCpuMs } from "./cpu-time.ts";
import { positive } from "./machine.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The most that the package may take, as a share of what the checkout takes. */
const COMMANDS = [
  { args: ["--help"], most: 0.75 },
  { args: ["runs"], most: 0.52 },
  { args: ["ui", "--once"], most: 0.58 },
] as const;

const { values } = parseArgs({
  options: {
    commit: { type: "string", default: "9cfee64" },
    checkout: { type: "string" },
    rounds: { type: "string", default: "15" },
  },
});
const rounds = positive("rounds", values.rounds);
// The package runs the Node of the PATH; a script in its place would be counted.
process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
try {
  const before = join(values.checkout ?? checkoutOf(values.commit), "ablate");
  const now = installed();
  const [there, here] = [storeOf(before, "before"), storeOf(now, "now")];
  for (const { args, most } of COMMANDS) {
    const pairs = Array.from({ length: rounds }, () => [
      commandCpuMs(there, [before, ...args]),
      commandCpuMs(here, [now, ...args]),
    ]);
    const [old = [], own = []] = [0, 1].map((i) => pairs.map((pair) => pair[i] ?? Number.NaN));
    const ratios = pairs.map(([a = 1, b = Number.NaN]) => b / a);
    const verdict = median(ratios) <= most ? "within" : "OVER";
    process.stdout.write(
      `${args.join(" ")}: ${shown(own)} ms, before ${shown(old)} ms; ${median(ratios).toFixed(2)} times, ${verdict} ${most}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Makes a checkout of a commit, and builds it. */
function checkoutOf(commit: string): string {
  const place = join(folder, "checkout");
  mkdirSync(place);
  execFileSync("sh", ["-c", `git archive "$1" | tar -x -C "$2"`, "sh", commit, place], {
    cwd: ROOT,
  });
  execFileSync("npx", ["--yes", "pnpm@12", "install"], { cwd: place, stdio: "ignore" });
  execFileSync(join(place, "ablate"), ["--version"]);
  return place;
}

/** Packs and installs the package. Returns the command. */
function installed(): string {
  execFileSync("node", ["--conditions=@ablate/source", "packaging/pack.ts"], { cwd: ROOT });
  const dist = join(ROOT, "dist");
  const tarball = readdirSync(dist).find((name) => name.endsWith(".tgz")) ?? "";
  const prefix = join(folder, "installed");
  mkdirSync(prefix);
  execFileSync("npm", ["install", "--silent", "-g", "--prefix", prefix, join(dist, tarball)]);
  return join(prefix, "bin/ablate");
}

/** Returns a folder with the store of the demo, of the command's own version. */
function storeOf(command: string, name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  execFileSync(command, ["demo", "--no-ui"], { cwd: place, stdio: "ignore" });
  return place;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Writes the median, and the middle half that it lies in. */
function shown(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
  return `${median(ms).toFixed(0)} (${at(0.25)} to ${at(0.75)})`;
}
