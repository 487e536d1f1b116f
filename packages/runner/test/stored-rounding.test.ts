/** Findings are the same while a run is trained and from its store, although a store rounds what a probe saw. */
import { type LayerProbe, type Probe, planParameters, THRESHOLDS } from "@ablate/core";
import { openReader, openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { RunDiagnosis } from "../src/diagnose/run-diagnosis.ts";
import { diagnoseRecorded } from "../src/index.ts";
import { makePath, makeSpec, ONE_THREAD, storedConfig } from "./run-make.ts";

const STEP = 200;
const PARAMETERS = planParameters(makeSpec(), 27);
const CLAIM = { token: "t", pid: process.pid, host: "here" };

/** A normed layer of one unit whose running mean is `lag` stds from that of the training set. */
function laggingBy(lag: number): Probe {
  const of = (value: number) => Float32Array.of(value);
  const trainset = { mean: of(0), std: of(1) };
  const norm = { batch: trainset, running: { mean: of(lag), std: of(1) }, trainset };
  const layer: LayerProbe = {
    ...({ name: "hidden1", kind: "hidden", units: 1, tensors: {}, saturation: null } as const),
    norm: { ...norm, gamma: of(1), beta: of(0) },
  };
  const nothing = new Float32Array();
  return {
    ...{ step: STEP, examples: 1, loss: 3.3, layers: [layer] },
    logits: { examples: 0, tokens: 0, logits: nothing, probabilities: nothing },
  };
}

function live(probe: Probe) {
  const diagnosis = new RunDiagnosis(
    {
      ...{ type: "train", runId: 1, engine: "simd", dataHash: "", resume: null, stopOn: [] },
      threads: ONE_THREAD,
      ...{ spec: makeSpec(), thresholds: THRESHOLDS },
      record: { evaluate: "none", samples: 0, probes: "none", checkpoint: "none" },
    },
    PARAMETERS,
  );
  diagnosis.observe(STEP, [], probe);
  return diagnosis.news(STEP)?.findings ?? [];
}

/** Names, findings said later, of runs that stored these probes. */
function later(probes: readonly Probe[]) {
  const path = makePath();
  const writer = openWriter(path);
  const config = storedConfig(makeSpec());
  const runs = probes.map((_, i) => ({
    ...{ hash: `h${i}`, name: `g/${i}`, label: `${i}`, seed: 1, engine: "simd", steps: STEP },
    config,
  }));
  const stored = writer.planGrid({ name: "g", description: "", spec: "", runs });
  for (const [i, probe] of probes.entries()) {
    const id = stored[i]?.id ?? 0;
    writer.claimRun(id, CLAIM, {}, PARAMETERS);
    writer.appendProbe(id, CLAIM.token, probe);
  }
  writer.close();
  const reader = openReader(path);
  try {
    return reader.runs().map((run) => diagnoseRecorded(reader, run));
  } finally {
    reader.close();
  }
}

/** The float32 so many places from a number. */
function placesFrom(value: number, places: number): number {
  const word = new Uint32Array(Float32Array.of(value).buffer);
  return new Float32Array(word.map((bits) => bits + places).buffer)[0] ?? Number.NaN;
}

test("a number beside a threshold gives the same finding live and from the store", () => {
  const HALF = 0x800; // of the last place that a store keeps
  const places = [-2 * HALF, -HALF - 1, -HALF, -1, 0, 1, HALF - 1, HALF, HALF + 1, 2 * HALF];
  const probes = places.map((one) => laggingBy(placesFrom(THRESHOLDS.running_statistics, one)));

  const said = probes.map(live);

  expect(said.map((findings) => findings.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  expect(later(probes)).toEqual(said);
});
