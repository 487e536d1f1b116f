/** Appends numbers of a metric and how far its log is read until it is killed; prints how many after each commit. */
import { hostname } from "node:os";
import { openWriter } from "../src/index.ts";

const writer = openWriter(process.argv[2] ?? "");
const run = {
  ...{ hash: "h", name: "g/v", label: "v", config: "{}", source: "csv" },
  ...{ seed: null, engine: "keras", steps: null },
};
const [stored] = writer.planGrid({ name: "g", description: "", spec: "", runs: [run] });
const id = stored?.id ?? 0;
const token = "theirs";
writer.claimRun(id, { token, pid: process.pid, host: hostname() }, {}, []);

const count = 300;
for (let first = 0; ; first += count) {
  const steps = Float64Array.from({ length: count }, (_, i) => first + i);
  writer.together(() => {
    writer.appendSeries(id, token, [{ name: "loss", steps, numbers: steps }]);
    const log = { path: "/log.csv", format: "csv", position: first + count, state: "{}" };
    writer.setLogPosition(id, token, log);
  });
  process.stdout.write(`${first + count}\n`);
}
