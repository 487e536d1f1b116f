/** `pnpm bench:widths`: two hidden layers of 64 to 1,024 units by batches of 32 to 512, beside JAX and PyTorch. */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { guarded, OUTPUT_OPTIONS, print, say } from "./command.ts";
import { widthGoals } from "./goals.ts";
import { positive } from "./machine.ts";
import { buildAll } from "./ours.ts";
import { findPeers, missingPeers } from "./peers.ts";
import { conditionsOf, type NetReport, sidesOf, type WidthsReport } from "./report.ts";
import { type Contender, measureRounds, ourSides, peerSides } from "./sides.ts";
import { aboutLine, widthTables } from "./speed-tables.ts";
import { lengthOf, loadWorkload, matrixFlops } from "./workloads.ts";

const WIDTHS = [64, 128, 256, 512, 1024];
const BATCHES = [32, 128, 512];
/** Of one side in one round: enough chunks for a best decile that repeats. */
const SECONDS = 0.6;

await guarded(() => {
  const nets = WIDTHS.flatMap((width) => BATCHES.map((batch) => `${width},${width}/${batch}`));
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      steps: { type: "string" },
      only: { type: "string", default: nets.join(" ") },
      against: { type: "string" },
      ...OUTPUT_OPTIONS,
    },
  });
  const rounds = positive("rounds", values.rounds);
  const steps = values.steps === undefined ? null : positive("steps", values.steps);
  const peers = findPeers();
  for (const line of missingPeers(peers)) say(line);
  const { against } = values;
  buildAll(against === undefined ? [] : [against]);
  const before = loadavg()[0] ?? 0;
  const sides = [...ourSides(against), ...peerSides(peers)];
  const measured = values.only.split(" ").map((net) => measure(net, { sides, rounds, steps }));
  const report: WidthsReport = { ...conditionsOf(rounds, before), nets: measured };
  print(
    { name: "widths", report },
    { about: aboutLine(report), tables: [...widthTables(report), widthGoals(report)] },
    values,
  );
});

type Plan = {
  readonly sides: readonly Contender[];
  readonly rounds: number;
  readonly steps: number | null;
};

function measure(net: string, { sides, rounds, steps }: Plan): NetReport {
  say(`${net} ...`);
  const { spec, dataset } = loadWorkload(net, 1);
  const flops = matrixFlops(spec, dataset);
  const length = lengthOf(flops, SECONDS, steps);
  return { net, flops, sides: sidesOf(measureRounds(sides, rounds, { net, length })) };
}
