/** `pnpm bench`: training, recording, JAX, PyTorch and the engine tfjs in turn; see docs/performance.md. */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { guarded, OUTPUT_OPTIONS, print, say } from "./command.ts";
import { speedGoals } from "./goals.ts";
import { productTables, profileTable, shapeTable } from "./kernel-tables.ts";
import { positive } from "./machine.ts";
import { buildAll, evaluate, findBackends, kernelTimes } from "./ours.ts";
import { findPeers, missingPeers } from "./peers.ts";
import {
  conditionsOf,
  type Side,
  type SideReport,
  type SpeedReport,
  sidesOf,
  type WorkloadReport,
} from "./report.ts";
import { type Contender, measureRounds, ourSides, peerSides, tfjsSides } from "./sides.ts";
import { aboutLine, evaluationTable, speedTables, tfjsTable } from "./speed-tables.ts";
import { spread } from "./timings.ts";
import {
  hasWorkload,
  isWorkload,
  lengthOf,
  loadWorkload,
  matrixFlops,
  WORKLOAD_NAMES,
  type WorkloadName,
} from "./workloads.ts";

/** Seconds that one side trains in one round. */
const SECONDS = 1.5;
/** The nets whose evaluation is measured, and how often in a round. */
const EVALUATED: readonly WorkloadName[] = ["two-layer", "two-layer-bn"];
const EVALUATIONS = 5;

await guarded(async () => {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      steps: { type: "string" },
      only: { type: "string", default: WORKLOAD_NAMES.join(",") },
      against: { type: "string" },
      profile: { type: "boolean", default: false },
      ...OUTPUT_OPTIONS,
    },
  });
  const rounds = positive("rounds", values.rounds);
  const steps = values.steps === undefined ? null : positive("steps", values.steps);
  const nets = values.only.split(",").map(workloadNamed);
  const peers = findPeers();
  for (const line of missingPeers(peers)) say(line);
  const backends = await findBackends();
  if (backends.length < 2) say("no native TensorFlow here (`pnpm tensorflow` installs it)");
  const { against } = values;
  buildAll(against === undefined ? [] : [against]);
  const before = loadavg()[0] ?? 0;
  const others = [...peerSides(peers), ...tfjsSides(backends)];
  const workloads = nets.map((net) => {
    const before = against !== undefined && hasWorkload(against, net) ? against : undefined;
    const sides = [...ourSides(before), ...others];
    return measure(net, { sides, rounds, steps, against: before });
  });
  const report: SpeedReport = { ...conditionsOf(rounds, before), workloads };
  const tables = [
    ...speedTables(report),
    ...productTables(report),
    evaluationTable(report),
    tfjsTable(report),
    speedGoals(report),
    ...(values.profile ? [shapeTable(report), ...workloads.map(profileTable)] : []),
  ];
  print({ name: "speed", report }, { about: aboutLine(report), tables }, values);
});

type Plan = {
  readonly sides: readonly Contender[];
  readonly rounds: number;
  readonly steps: number | null;
  /** The checkout of an earlier commit. */
  readonly against: string | undefined;
};

function measure(net: WorkloadName, { sides, rounds, steps, against }: Plan): WorkloadReport {
  say(`${net} ...`);
  const { spec, dataset } = loadWorkload(net, 1);
  const flops = matrixFlops(spec, dataset);
  const length = lengthOf(flops, SECONDS, steps);
  const measured = measureRounds(sides, rounds, { net, length });
  const reported = sidesOf(measured);
  return {
    net,
    flops,
    sides: reported,
    recordingPercent: {
      now: recordingPercent(reported, ["training", "recording"]),
      before:
        against === undefined
          ? null
          : recordingPercent(reported, ["training before", "recording before"]),
    },
    kernels: kernelTimes(net),
    evaluation: EVALUATED.includes(net) ? evaluation(net, rounds, against) : null,
  };
}

/** Compares the least that a step took of the processors on both sides: other work only adds to it. */
function recordingPercent(
  sides: readonly SideReport[],
  [training, recording]: readonly [Side, Side],
): number {
  const least = (wanted: Side): number =>
    1 / (sides.find(({ side }) => side === wanted)?.cpu.high ?? Number.NaN);
  return 100 * (least(recording) / least(training) - 1);
}

function evaluation(
  net: WorkloadName,
  rounds: number,
  against: string | undefined,
): WorkloadReport["evaluation"] {
  const all = Array.from({ length: rounds }, () => ({
    now: Math.min(...evaluate(net, EVALUATIONS)),
    before: against === undefined ? Number.NaN : Math.min(...evaluate(net, EVALUATIONS, against)),
  }));
  return {
    now: spread(all.map(({ now }) => now)),
    before: against === undefined ? null : spread(all.map(({ before }) => before)),
  };
}

function workloadNamed(name: string): WorkloadName {
  if (isWorkload(name)) return name;
  throw new RangeError(`no workload "${name}"; there are ${WORKLOAD_NAMES.join(", ")}`);
}
