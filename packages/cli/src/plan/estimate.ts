/** What training the runs of a plan would take: time by what the store has seen, and bytes. */
import {
  ENGINE_REVISIONS,
  engineMetrics,
  keptStates,
  PLAIN_SGD,
  type PlannedLayer,
  planNetwork,
  planParameters,
} from "@ablate/core";
import {
  canonicalJson,
  configDamage,
  countProbes,
  countValidations,
  type PlannedRun,
  storedSettings,
} from "@ablate/runner";
import type { RunStart, TrainedKind } from "@ablate/store";

export type Estimate = {
  /** Seconds in the training loops, one run at a time, of the runs whose kind the store has trained. */
  readonly seconds: number;
  /** How many runs `seconds` is about. */
  readonly timed: number;
  /** Stored runs that the time goes by, and their steps a second. */
  readonly basis: { readonly runs: number; readonly stepsPerSecond: number };
  /** What the store grows by. */
  readonly bytes: number;
};

/**
 * Bytes that a store takes, measured with 5 to 25 parameters and 100 to 5,000 steps: those of a step
 * without parameters, of one more parameter in it, of a sampled name, of all else of a run.
 */
const BYTES = {
  step: 34,
  parameterOfStep: 5.7,
  /** Of a metric of every step. */
  metricOfStep: 9,
  sample: 21,
  run: 4000,
  weight: 4,
  /** Bytes of state in the final checkpoint, mostly the generator's. */
  state: 5200,
  evaluation: 25,
};

/** Bytes of a probe, measured with two to six layers of 10 to 500 units; `unit` is of the saturation map. */
const PROBE_BYTES = { probe: 100, layer: 1090, unit: 4, stream: 300 };
/** Of a layer with a norm over the batch, or over each row. */
const NORM_BYTES = { batch: { layer: 150, unit: 15 }, row: { layer: 75, unit: 5 } };

/** Bytes of a store that has no run. */
export const EMPTY_STORE_BYTES = 274_432;

type Trained = Pick<TrainedKind, "runs" | "steps" | "seconds">;

/** Estimates what these runs take; `kinds` is what the store has trained. */
export function estimate(
  runs: readonly (PlannedRun & { readonly start: RunStart | null })[],
  kinds: readonly TrainedKind[],
  vocabulary: number,
): Estimate {
  const trained = byKind(kinds);
  const sizes = new Map<string, Size>();
  const used = new Set<Trained>();
  const sum = { seconds: 0, timed: 0, bytes: 0 };
  for (const run of runs) {
    const model = JSON.stringify(run.spec.model);
    const size = sizes.get(model) ?? sizeOf(run, vocabulary);
    sizes.set(model, size);
    sum.bytes += bytesOf(run, size);
    const kind = trained.get(kindOf(run.resolved, size.weights));
    if (kind === undefined) continue;
    used.add(kind);
    sum.timed += 1;
    sum.seconds += ((run.steps - (run.start?.step ?? 0)) * kind.seconds) / kind.steps;
  }
  const total = (key: keyof Trained): number => [...used].reduce((all, kind) => all + kind[key], 0);
  return {
    ...sum,
    basis: { runs: total("runs"), stepsPerSecond: total("steps") / total("seconds") },
  };
}

/** How many parameters a run trains, how many numbers they have, and what a probe of it takes. */
type Size = {
  readonly parameters: number;
  readonly weights: number;
  readonly probeBytes: number;
};

function sizeOf({ spec }: PlannedRun, vocabulary: number): Size {
  const parameters = planParameters(spec, vocabulary);
  return {
    parameters: parameters.length,
    weights: parameters.reduce((sum, { size }) => sum + size, 0),
    probeBytes: probeBytes(planNetwork(spec.model, vocabulary).layers),
  };
}

function bytesOf({ steps, spec, resolved }: PlannedRun, size: Size): number {
  const { samples, probes } = resolved.record;
  const { groups = [], optimizer = PLAIN_SGD } = spec.train;
  const rates = groups.filter(({ lr }) => lr !== undefined);
  const metrics = engineMetrics(spec).length + rates.length;
  const perStep =
    BYTES.step + BYTES.parameterOfStep * size.parameters + BYTES.metricOfStep * metrics;
  // The last ones, what the optimiser keeps beside each, and the best ones.
  const copies = 1 + keptStates(optimizer).length + (resolved.record.best === true ? 1 : 0);
  const probed = countProbes(probes, steps) * size.probeBytes;
  const perRun =
    BYTES.run + BYTES.state + BYTES.weight * size.weights * copies + BYTES.sample * samples;
  const validated = BYTES.evaluation * countValidations(resolved.record, spec.train, steps);
  return perRun + steps * perStep + probed + validated;
}

function probeBytes(layers: readonly PlannedLayer[]): number {
  const { probe, layer, unit, stream } = PROBE_BYTES;
  return layers.reduce((sum, { units, positions, norm, kind, stages }) => {
    const map = kind === "output" ? 0 : mapBytes(unit * units * positions);
    const behind = stages.has("stream") ? stream : 0;
    return sum + layer + map + behind + normBytes(norm, units);
  }, probe);
}

function normBytes(norm: PlannedLayer["norm"], units: number): number {
  if (norm === null) return 0;
  const bytes = norm.spec.norm === "batch" ? NORM_BYTES.batch : NORM_BYTES.row;
  return bytes.layer + bytes.unit * units;
}

/** How many bytes of a row without rowid SQLite keeps in its page where the row does not fit, and at most. */
const SPILLED_ROW = { kept: 489, most: 1002, page: 4096 };
/** What a row of a layer has beside its saturation map. */
const BESIDE_MAP = 130;

/** Estimates the bytes of a saturation map: one that does not fit spills into pages of its own. */
function mapBytes(length: number): number {
  const { kept, most, page } = SPILLED_ROW;
  const row = length + BESIDE_MAP;
  return row <= most ? length : kept - BESIDE_MAP + page * Math.ceil((row - most) / page);
}

/** Names the kind of a run: runs of one kind take the same time for a step. */
function kindOf(resolved: PlannedRun["resolved"], weights: number): string {
  const { model, data, train, engine } = resolved;
  const { context } = data;
  return canonicalJson({ model, context, batch: train.batch_size, engine, weights });
}

/** Adds up what was trained of each kind: by the current revision of the engine, or where that trained none, by others. */
function byKind(kinds: readonly TrainedKind[]): ReadonlyMap<string, Trained> {
  const trained = new Map<string, Trained & { readonly isCurrent: boolean }>();
  for (const { config, parameters, revision, ...kind } of kinds) {
    if (configDamage(config) !== null) continue;
    const resolved = storedSettings(config);
    const key = kindOf(resolved, parameters);
    const isCurrent = revision === String(ENGINE_REVISIONS[resolved.engine]);
    const found = trained.get(key);
    if (found?.isCurrent && !isCurrent) continue;
    const before = found?.isCurrent === isCurrent ? found : { runs: 0, steps: 0, seconds: 0 };
    trained.set(key, {
      isCurrent,
      runs: before.runs + kind.runs,
      steps: before.steps + kind.steps,
      seconds: before.seconds + kind.seconds,
    });
  }
  return trained;
}
