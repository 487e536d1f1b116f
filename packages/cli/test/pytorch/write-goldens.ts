/**
 * `node --conditions=@ablate/source packages/cli/test/pytorch/write-goldens.ts`: chooses configs of which every part is
 * in one, trains them in PyTorch, and writes goldens.json. Chaotic ones are not chosen.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Drift, driftOf, stepsDecided } from "./agreement.ts";
import {
  GOLDENS,
  type Golden,
  type GoldenTensor,
  goldenNames,
  gridOf,
  KEPT_STEPS,
  KEPT_VALUES,
  variantOf,
} from "./goldens.ts";
import { pythonWithTorch, type Series, trainInPyTorch } from "./in-pytorch.ts";
import { runIn, writeConfig } from "./ours.ts";
import { partsOf } from "./parts.ts";

/** Seeds among which the goldens are chosen. */
const SEEDS = 1000;
/** Characters of a config: longer ones are mostly chaotic. */
const LONGEST = 800;
/** How far PyTorch may drift from itself, relative to a loss, in a run whose every step is compared. */
const CALM = 1e-6;

const python = pythonWithTorch();
if (python === null)
  throw new Error("no Python here has PyTorch; ABLATE_PYTHON names one that has it");
const goldens = chosen((seed) => goldenOf(python, seed));
// A line a config.
const lines = goldens.map((golden) => JSON.stringify(golden)).join(",\n");
writeFileSync(GOLDENS, `[\n${lines}\n]\n`);

/** Takes the config with the most parts that none has so far, again and again. */
function chosen(make: (seed: number) => Golden | null): Golden[] {
  const variants = Array.from({ length: SEEDS }, (_, i) => [i + 1, variantOf(i + 1)] as const);
  const left = new Map(
    variants
      .filter(([, variant]) => JSON.stringify(variant).length <= LONGEST)
      .map(([seed, variant]) => [seed, [...partsOf(variant)]]),
  );
  const parts = new Set<string>();
  const made: Golden[] = [];
  while (left.size > 0) {
    const gains = [...left].map(([seed, all]) => ({
      seed,
      gain: all.filter((part) => !parts.has(part)).length,
    }));
    const { seed, gain } = gains.reduce((best, one) => (one.gain > best.gain ? one : best));
    if (gain === 0) break;
    const golden = make(seed);
    process.stdout.write(`${seed}: ${golden === null ? "chaotic" : `${gain} new parts`}\n`);
    if (golden !== null) {
      made.push(golden);
      for (const part of left.get(seed) ?? []) parts.add(part);
    }
    left.delete(seed);
  }
  return made;
}

function goldenOf(python: string, seed: number): Golden | null {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  const config = variantOf(seed);
  writeConfig(folder, gridOf({ [`spec-${seed}`]: config }), goldenNames());
  const reference = trainInPyTorch(python, runIn(folder).spec, join(folder, "names.txt"));
  const { single } = reference;
  const drift = driftOf(reference);
  if (single.loss.includes(null) || drift.loss > CALM) return null;
  if (stepsDecided(single) < single.loss.length) return null;
  return {
    seed,
    config,
    parameters: single.parameters,
    loss: digits(single.loss, 9),
    gradient_norm: digits(single.gradient_norm, 6),
    ratios: ratiosOf(drift),
    tensors: briefly(single.tensors, drift.tensors),
    state: briefly(single.state, drift.state),
    evaluations: single.evaluations.map(({ split, statistics, loss }, i) => {
      const isCalm = (drift.evaluations[i] ?? 0) <= CALM;
      return [split, statistics, isCalm ? (digits([loss], 8)[0] ?? null) : null];
    }),
  };
}

function ratiosOf({ ratios }: Drift): Golden["ratios"] {
  return Object.fromEntries(
    KEPT_STEPS.map((step) => [
      step,
      ratios.map((series) => {
        const { log10 = null, isSteady = false } = series[step] ?? {};
        return isSteady ? (digits([log10], 6)[0] ?? null) : null;
      }),
    ]),
  );
}

function briefly(
  tensors: Readonly<Record<string, Series>>,
  steady: Readonly<Record<string, boolean>>,
): Record<string, GoldenTensor | null> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => [name, steady[name] ? brief(values) : null]),
  );
}

function brief(values: Series): GoldenTensor {
  const [largest = null] = digits([Math.max(...values.map((value) => Math.abs(value ?? 0)))], 4);
  return {
    largest: largest ?? 0,
    first: digits(values.slice(0, KEPT_VALUES), 7),
    last: digits(values.slice(-KEPT_VALUES), 7),
  };
}

function digits(values: Series, count: number): Series {
  return values.map((value) => (value === null ? null : Number(value.toPrecision(count))));
}
