/** A program that trains: `node writing.ts STORE` claims a new run and goes on with it until it is killed. */

import { hostname } from "node:os";
import { setInterval } from "node:timers";
import { openWriter } from "@ablate/store";

const [, , path = ""] = process.argv;
const writer = openWriter(path);
const [run] = writer.planGrid({
  name: "sample",
  description: "",
  spec: "name: sample",
  runs: [
    {
      hash: "0123456789-alive",
      name: "sample/alive",
      label: "alive",
      config: JSON.stringify({
        train: { steps: 100_000, batch_size: 32, lr: { 0: 0.1 } },
        seed: 7,
      }),
      seed: 7,
      engine: "simd",
      steps: 100_000,
    },
  ],
});
const id = run?.id ?? 0;
const claim = { token: "alive", pid: process.pid, host: hostname() };
writer.claimRun(id, claim, {}, [
  {
    ...({ name: "output.weight", layer: "output", layerKind: "output", role: "weight" } as const),
    ...{ shape: [200, 27], size: 5400 },
  },
]);
let first = 0;
setInterval(append, 50);

function append(): void {
  const count = 10;
  writer.appendSteps(id, claim.token, {
    first,
    count,
    loss: Float64Array.from({ length: count }, (_, i) => 2 + 100 / (100 + first + i)),
    lr: new Float64Array(count).fill(0.1),
    ratios: new Float32Array(count).fill(1e-3),
    trainSeconds: first / 200,
  });
  first += count;
}
