/** `pnpm bench:long`: all of `configs/init-schemes.yaml` by `ablate run` on one core, beside what its steps take the peers. */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hasBatchNorm } from "@ablate/core";
import { loadConfig, planRuns } from "@ablate/runner";
import { guarded, OUTPUT_OPTIONS, print, say } from "./command.ts";
import { costOf } from "./cpu-time.ts";
import { longGoals } from "./goals.ts";
import { positive } from "./machine.ts";
import { buildAll } from "./ours.ts";
import { findPeers, missingPeers } from "./peers.ts";
import {
  conditionsOf,
  type Extrapolated,
  type LongReport,
  sidesOf,
  type WholeGrid,
} from "./report.ts";
import { measureRounds, peerSides } from "./sides.ts";
import { aboutLine, longTable } from "./speed-tables.ts";
import { lengthOf, loadWorkload, matrixFlops, type WorkloadName } from "./workloads.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = "configs/init-schemes.yaml";
/** Of a peer in one round. */
const SECONDS = 3;

await guarded(() => {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "1" },
      steps: { type: "string" },
      against: { type: "string" },
      ...OUTPUT_OPTIONS,
    },
  });
  const rounds = positive("rounds", values.rounds);
  const steps = values.steps === undefined ? undefined : positive("steps", values.steps);
  const peers = findPeers();
  for (const line of missingPeers(peers)) say(line);
  const checkouts = [ROOT, ...(values.against === undefined ? [] : [values.against])];
  buildAll(checkouts.slice(1));
  const before = loadavg()[0] ?? 0;
  const { runs } = planRuns(loadConfig(join(ROOT, CONFIG), { steps }), "not read");
  const normed = runs.filter(({ spec }) => hasBatchNorm(spec.model)).length;
  const each = runs[0]?.steps ?? 0;
  const all = Array.from({ length: rounds }, () =>
    checkouts.map((checkout) => wholeGrid(checkout, steps)),
  );
  const report: LongReport = {
    ...conditionsOf(rounds, before),
    config: CONFIG,
    runs: runs.length,
    steps: runs.length * each,
    ours: all.flatMap(([ours]) => ours ?? []),
    before: all.flatMap(([, earlier]) => earlier ?? []),
    peers: extrapolate(peerSides(peers), rounds, [
      { net: "two-layer", steps: each * (runs.length - normed) },
      { net: "two-layer-bn", steps: each * normed },
    ]),
  };
  print(
    { name: "long", report },
    { about: aboutLine(report), tables: [longTable(report), longGoals(report)] },
    values,
  );
});

/** `ablate run` of the whole config by one worker, into a store of its own. */
function wholeGrid(checkout: string, steps: number | undefined): WholeGrid {
  say(`${CONFIG} in ${checkout} ...`);
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  try {
    const flags = ["--workers", "1", "--quiet", "--store", join(folder, "long.db")];
    // An earlier commit has no flag for threads.
    if (checkout === ROOT) flags.push("--threads", "1");
    const command = [join(resolve(checkout), "ablate"), "run", join(ROOT, CONFIG), ...flags];
    const start = performance.now();
    const { cpuMs } = costOf(
      steps === undefined ? command : [...command, "--steps", String(steps)],
    );
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: cpuMs / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns what the steps of the grid's nets take each peer, by the rates of shorter trainings. */
function extrapolate(
  sides: ReturnType<typeof peerSides>,
  rounds: number,
  parts: readonly { readonly net: WorkloadName; readonly steps: number }[],
): Extrapolated[] {
  const measured = parts.map(({ net, steps }) => {
    say(`${net} by the peers ...`);
    const { spec, dataset } = loadWorkload(net, 1);
    const length = lengthOf(matrixFlops(spec, dataset), SECONDS);
    return { steps, sides: sidesOf(measureRounds(sides, rounds, { net, length })) };
  });
  const [first] = measured;
  return (first?.sides ?? []).map(({ side, version }, i) => ({
    side,
    version,
    seconds: sumOf(measured, (part) => part.steps / (part.sides[i]?.whole.median ?? Number.NaN)),
    cpuSeconds: sumOf(measured, (part) => part.steps / (part.sides[i]?.cpu.median ?? Number.NaN)),
  }));
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
