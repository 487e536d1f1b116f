/** `pnpm bench:writer`: how many steps a second the store's writer takes; see docs/performance.md. */
import { parseArgs } from "node:util";
import { positive } from "./machine.ts";
import { columns } from "./table.ts";
import { spread } from "./timings.ts";
import { type StepWidth, writerCost } from "./writer-cost.ts";

/** Steps a second of processor time, of 15 numbers each. */
const BUDGET = 500_000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    messages: { type: "string", default: "50" },
  },
});
const rounds = positive("rounds", values.rounds);
const messages = positive("messages", values.messages);

const WIDTHS: readonly StepWidth[] = [
  { parameters: 5, metrics: 0 },
  { parameters: 13, metrics: 0 },
  { parameters: 13, metrics: 2 },
  { parameters: 20, metrics: 0 },
];
// In turn, so that other work on the machine disturbs all alike.
const all = Array.from({ length: rounds }, () =>
  WIDTHS.map((width) => writerCost(width, messages)),
);
const rows = WIDTHS.map(({ parameters, metrics }, i) => {
  const costs = all.flatMap((round) => round[i] ?? []);
  const { median, low, high } = spread(costs.map(({ microseconds }) => 1e6 / microseconds));
  const [m, l, h] = [median, low, high].map((rate) => Math.round(rate).toLocaleString("en"));
  const isMet = median >= BUDGET ? "met" : "NOT MET";
  return [
    metrics === 0 ? String(parameters + 2) : `${parameters + 2}, ${metrics} metrics`,
    `${m} (${l} to ${h})`,
    `${(1e6 / high).toFixed(2)} us`,
    (costs[0]?.bytes ?? Number.NaN).toFixed(0),
    parameters === 13 && metrics === 0 ? `${BUDGET.toLocaleString("en")} ${isMet}` : "",
  ];
});
const head = ["numbers a step", "steps/s of processor time", "a step at best", "bytes", "budget"];
process.stdout.write(`The store's writer, median (lowest to highest) of ${rounds} rounds:\n`);
process.stdout.write(`${columns([head, ...rows]).join("\n")}\n`);
