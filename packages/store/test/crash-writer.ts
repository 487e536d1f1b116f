/** Appends steps until it is killed; prints the last step after each commit. */
import { hostname } from "node:os";
import { openWriter } from "../src/index.ts";

const writer = openWriter(process.argv[2] ?? "");
const run = { hash: "h", name: "g/v", label: "v", config: "{}", seed: 1, engine: "simd", steps: 9 };
const [stored] = writer.planGrid({ name: "g", description: "", spec: "", runs: [run] });
const id = stored?.id ?? 0;
const token = "theirs";
writer.claimRun(id, { token, pid: process.pid, host: hostname() }, {}, []);

const count = 37;
const loss = new Float64Array(count).fill(2);
for (let first = 0; ; first += count) {
  writer.appendSteps(id, token, { first, count, loss, lr: loss, ratios: new Float32Array(0) });
  process.stdout.write(`${first + count - 1}\n`);
}
