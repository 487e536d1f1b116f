/** `pnpm bench:probes`: what a stored probe costs, beside a step of the same process. */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { positive } from "./machine.ts";
import { probeCost } from "./probe-cost.ts";
import { columns } from "./table.ts";
import { spread } from "./timings.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    probes: { type: "string", default: "500" },
  },
});
const rounds = positive("rounds", values.rounds);
const probes = positive("probes", values.probes);

const rows = (["two-layer", "two-layer-bn", "six-layer-bn-100"] as const).map((workload) => {
  const costs = Array.from({ length: rounds }, () => probeCost(workload, probes));
  const cell = (numbers: readonly number[], digits: number, unit: string) => {
    const { median, low, high } = spread(numbers);
    const [m, l, h] = [median, low, high].map((value) => value.toFixed(digits));
    return `${m} (${l} to ${h})${unit}`;
  };
  return [
    workload,
    cell(
      costs.map(({ probeMs }) => probeMs),
      2,
      " ms",
    ),
    cell(
      costs.map(({ probeMs, stepMs }) => probeMs / stepMs),
      0,
      " steps",
    ),
    cell(
      costs.map(({ schedulePercent }) => schedulePercent),
      2,
      " %",
    ),
    (costs[0]?.bytes ?? Number.NaN).toFixed(0),
    (costs[0]?.lastBytes ?? Number.NaN).toFixed(0),
  ];
});
const head = ["workload", "CPU of a stored probe", "in steps", "of 200,000 steps", "bytes", "last"];
const load = loadavg()[0]?.toFixed(1);
process.stdout.write(`Median (lowest to highest) of ${rounds} rounds, load ${load}:\n`);
process.stdout.write(`${columns([head, ...rows]).join("\n")}\n`);
