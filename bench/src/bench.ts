/** `pnpm bench`: ours, ours recording, PyTorch, the engine tfjs, in turn; see docs/performance.md. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { machine, positive } from "./machine.ts";
import {
  type Backend,
  findBackends,
  findPeers,
  kernelTimes,
  type Peer,
  record,
  train,
  trainPeer,
  trainTfjs,
} from "./processes.ts";
import { profileText, type Report, reportText, spread, type WorkloadReport } from "./report.ts";
import {
  isWorkload,
  loadWorkload,
  matrixFlops,
  productsOf,
  WORKLOAD_NAMES,
  WORKLOADS,
  type WorkloadName,
} from "./workloads.ts";

const REVECTORIZE = ["--experimental-wasm-revectorize"];

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      steps: { type: "string" },
      only: { type: "string", default: WORKLOAD_NAMES.join(",") },
      json: { type: "string" },
      profile: { type: "boolean", default: false },
    },
  });
  const rounds = positive("rounds", values.rounds);
  const steps = values.steps === undefined ? null : positive("steps", values.steps);
  const names = values.only.split(",").map(workloadNamed);
  const peers = findPeers();
  if (peers.length === 0) {
    process.stderr.write("no PyTorch here (ABLATE_PYTHON names a Python that has it): no ratios\n");
  }
  const backends = await findBackends();
  if (backends.length < 2) {
    process.stderr.write("no native TensorFlow here (`pnpm tensorflow` installs it)\n");
  }
  const workloads = names.map((name) => {
    process.stderr.write(`${name} ...\n`);
    return measure(name, { rounds, steps, peers, backends });
  });
  const report: Report = { date: new Date().toISOString(), machine: machine(), rounds, workloads };
  if (values.json === "-") process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(`${reportText(report)}\n`);
  if (values.json !== undefined && values.json !== "-") {
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (values.profile) process.stdout.write(`\n${workloads.map(profileText).join("\n\n")}\n`);
}

type Conditions = {
  readonly rounds: number;
  readonly steps: number | null;
  readonly peers: readonly Peer[];
  readonly backends: readonly Backend[];
};

function measure(
  name: WorkloadName,
  { rounds, steps, peers, backends }: Conditions,
): WorkloadReport {
  const ours = steps ?? WORKLOADS[name].steps;
  const theirs = steps ?? WORKLOADS[name].peerSteps;
  const all = Array.from({ length: rounds }, () => ({
    plain: train(name, ours),
    recorded: record(name, ours),
    peers: peers.map((peer) => trainPeer(peer, name, theirs)),
    tfjs: backends.map((backend) => trainTfjs(backend, name, theirs)),
    revectorized: train(name, ours, REVECTORIZE),
  }));
  const plain = spread(all.map((round) => round.plain.stepsPerSecond));
  const { spec, dataset } = loadWorkload(name, 1);
  const flops = matrixFlops(productsOf(spec, dataset));
  const kernels = kernelTimes(name);
  const gflops = flops / kernels.matrixMicroseconds / 1000;
  return {
    workload: name,
    stepsPerSecond: plain,
    recordingStepsPerSecond: spread(all.map((round) => round.recorded)),
    recordingPercent: spread(
      all.map(({ plain, recorded }) => 100 * (plain.stepsPerSecond / recorded - 1)),
    ),
    pytorch: peers.map(({ version }, i) => ({
      version,
      stepsPerSecond: spread(all.map((round) => round.peers[i] ?? Number.NaN)),
    })),
    ratio:
      peers.length === 0
        ? null
        : spread(all.map((round) => round.recorded / Math.max(...round.peers))),
    tfjs: backends.map((backend, i) => ({
      ...backend,
      stepsPerSecond: spread(all.map(({ tfjs }) => tfjs[i] ?? Number.NaN)),
      ratio:
        peers.length === 0
          ? null
          : spread(all.map((round) => (round.tfjs[i] ?? Number.NaN) / Math.max(...round.peers))),
    })),
    matrixFlops: flops,
    matrixGflops: gflops,
    ceilingPercent: (100 * gflops) / kernels.ceilingGflops,
    matrixPercent: (kernels.matrixMicroseconds * plain.median) / 1e4,
    kernels,
    revectorized: {
      stepsPerSecond: spread(all.map((round) => round.revectorized.stepsPerSecond)),
      sameBits: all.every((round) => round.plain.sha256 === round.revectorized.sha256),
    },
  };
}

function workloadNamed(name: string): WorkloadName {
  if (isWorkload(name)) return name;
  throw new RangeError(`no workload "${name}"; there are ${WORKLOAD_NAMES.join(", ")}`);
}
