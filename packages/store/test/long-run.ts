/** A store with one run of 200,000 steps that is still being trained, written as the coordinator writes it. */
import { hostname } from "node:os";
import { openWriter } from "../src/index.ts";
import { parametersOf } from "./make.ts";

const LONG_STEPS = 200_000;
const BLOCK = 2000;

/** @param parameters - names of what has update:data ratios */
export function writeLongRun(path: string, parameters: readonly string[]): void {
  const writer = openWriter(path);
  const run = {
    ...{ hash: "0123456789abcdef", name: "g/long", label: "long", seed: 1, engine: "simd" },
    ...{ steps: LONG_STEPS, config: JSON.stringify({ train: { lr: 0.1 } }) },
  };
  const [stored] = writer.planGrid({ name: "g", description: "long?", spec: "", runs: [run] });
  const id = stored?.id ?? 0;
  const shapes = parametersOf(parameters).map((one) => ({ ...one, shape: [30, 27], size: 810 }));
  writer.claimRun(id, { token: "t", pid: process.pid, host: hostname() }, {}, shapes);
  for (let first = 0; first < LONG_STEPS; first += BLOCK) {
    writer.appendSteps(id, "t", {
      first,
      count: BLOCK,
      loss: Float64Array.from({ length: BLOCK }, (_, i) => 2 + Math.exp(-(first + i) / 5000)),
      lr: new Float64Array(BLOCK).fill(0.1),
      ratios: Float32Array.from(
        { length: BLOCK * parameters.length },
        (_, i) => 1e-3 / (1 + ((first + i) % 977)),
      ),
    });
  }
  writer.close();
}
