/** What probes and rules would have left in a store: the probe of an untrained net, at every step of the schedule. */
import { readFileSync } from "node:fs";
import { buildDataset, type Probe, parseNames, type RunSpec, Trainer } from "@ablate/core";
import type { Finding, StoreWriter } from "@ablate/store";

/** Where tanh counts as saturated. */
const THRESHOLD = 0.99;

export function lookInto(spec: RunSpec, dataFile: string): Probe {
  const settings = { context: spec.model.context, shuffleSeed: spec.shuffleSeed };
  const dataset = buildDataset(parseNames(readFileSync(dataFile)).names, settings);
  return new Trainer(spec, dataset).probe(THRESHOLD);
}

/** Writes that probe at each of the steps, and a finding for each layer. */
export function writeInside(
  writer: StoreWriter,
  probe: Probe,
  { id, token, steps }: { readonly id: number; readonly token: string; readonly steps: number },
): void {
  for (const step of probeSteps(steps)) writer.appendProbe(id, token, { ...probe, step });
  const findings = probe.layers.map(
    ({ name }): Finding => ({
      level: "warning",
      rule: "saturated",
      layer: name,
      param: null,
      step: 0,
      value: 0.4,
      message: `${name} 40 % saturated: |tanh| > 0.99 at step 0; scale its weights down`,
      until: null,
    }),
  );
  writer.setFindings(id, token, findings);
}

/** 0, then 1, 2 and 5 of every power of ten and every 10,000th, as a run is probed by default. */
function probeSteps(steps: number): number[] {
  const decades = [1, 2, 5].flatMap((digit) =>
    Array.from({ length: 7 }, (_, power) => digit * 10 ** power),
  );
  const regular = Array.from({ length: Math.floor(steps / 10_000) }, (_, i) => (i + 1) * 10_000);
  const all = new Set([0, ...decades, ...regular, steps].filter((step) => step <= steps));
  return [...all].sort((a, b) => a - b);
}
