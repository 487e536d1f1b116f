/**
 * `live-writer.ts STORE STEPS`: thirteen running runs, the first still at step 0. Prints their names, then reads
 * lines `RUNS EACH`: from now on the first RUNS runs get EACH steps, ten times a second. Ends with its input.
 */
import { createInterface } from "node:readline";
import { openWriter } from "@ablate/store";
import { historyOf, TOKEN, writeRun } from "./history.ts";

const RUNS = 13;
const WRITES_A_SECOND = 10;
/** How far the others are, so that neither they nor the first one reach their end. */
const DONE = 0.85;

const [store = "", stepsText = ""] = process.argv.slice(2);
const steps = Number(stepsText);
const history = historyOf(steps);
const writer = openWriter(store);
const runs = writer.planGrid(history.plan).slice(0, RUNS);
const growing = runs.map(({ id }, index) => {
  const count = index === 0 ? 0 : Math.floor(steps * DONE);
  writeRun(writer, history, { id, index, count });
  return { id, index, next: count };
});
process.stdout.write(`${JSON.stringify(runs.map(({ name }) => name))}\n`);

let pace = { runs: 0, each: 0 };
const timer = setInterval(() => {
  for (const run of growing.slice(0, pace.runs)) {
    const count = Math.min(pace.each, steps - run.next);
    if (count <= 0) continue;
    writer.appendSteps(run.id, TOKEN, history.block(run.index, run.next, count));
    run.next += count;
  }
}, 1000 / WRITES_A_SECOND);

for await (const line of createInterface({ input: process.stdin })) {
  const [count = 0, each = 0] = line.split(" ").map(Number);
  pace = { runs: count, each };
}
clearInterval(timer);
writer.close();
