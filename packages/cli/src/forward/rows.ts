/** What a network makes of contexts, as rows. */
import {
  type Examples,
  type LayerPass,
  RunningUnitMoments,
  type Stage,
  softmax,
  type TrainedNetwork,
} from "@ablate/core";
import { listed } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/** A row of `--json` but for its run and step. */
export type ForwardRow = LogitRow | ValuesRow | UnitRow;

export type LogitRow = {
  readonly context: string;
  readonly character: string;
  readonly logit: number;
  readonly probability: number;
};

type OfLayer = { readonly layer: string; readonly stage: Stage };

type ValuesRow = OfLayer & {
  readonly context: string;
  /** Of a layer that gives several rows for each example, which of them. */
  readonly position: number;
  readonly values: readonly number[];
};

type UnitRow = OfLayer & {
  readonly examples: number;
  readonly unit: number;
  readonly mean: number;
  readonly std: number | null;
};

/** What is believed to come next: a row for each context and character. */
export function logitRows(network: TrainedNetwork, examples: Examples): readonly LogitRow[] {
  return network.logits(examples).flatMap((logits, i) => {
    const probabilities = softmax(logits);
    return network.vocabulary.map((character, token) => ({
      context: contextText(network, examples, i),
      character,
      logit: logits[token] ?? Number.NaN,
      probability: probabilities[token] ?? Number.NaN,
    }));
  });
}

/** Numbers that are printed; more are for `--units`. */
const MOST_VALUES = 1_000_000;

/** What leaves a layer, value by value or unit by unit. */
export function layerRows(
  network: TrainedNetwork,
  examples: Examples,
  { layer, stage, isByUnit }: OfLayer & { readonly isByUnit: boolean },
): readonly ForwardRow[] {
  if (!network.layers.includes(layer)) {
    throw new UsageError(`there is no layer "${layer}"; it has ${listed(network.layers)}`);
  }
  refuseWrongSize(network, examples);
  let all: RunningUnitMoments | undefined;
  const rows: ValuesRow[] = [];
  let example = 0;
  for (const pass of network.passes(examples, layer)) {
    const { values } = passAt(pass, stage);
    if (isByUnit) {
      all ??= new RunningUnitMoments(pass.units);
      all.take(values);
      continue;
    }
    if (examples.count * pass.positions * pass.units > MOST_VALUES) {
      throw new UsageError("that are more than a million numbers; take fewer examples, or --units");
    }
    const passed = values.length / (pass.units * pass.positions);
    for (let row = 0; row < passed * pass.positions; row++) {
      rows.push({
        ...{ layer, stage, position: row % pass.positions },
        context: contextText(network, examples, example + Math.floor(row / pass.positions)),
        values: [...values.subarray(row * pass.units, (row + 1) * pass.units)],
      });
    }
    example += passed;
  }
  return all === undefined ? rows : unitRows(all, { layer, stage }, examples.count);
}

function passAt(pass: LayerPass, stage: Stage): LayerPass["linear"] {
  const found = pass[stage];
  if (found !== null) return found;
  throw new UsageError(`${pass.name} has no stream of its own: its activation is what leaves it`);
}

/** Batch norm needs two examples, and all of them at once. */
function refuseWrongSize({ hasBatchNorm, most }: TrainedNetwork, { count }: Examples): void {
  if (!hasBatchNorm || (count >= 2 && count <= most)) return;
  throw new UsageError(`batch norm normalises over the examples: send 2 to ${most}, not ${count}`);
}

function unitRows(all: RunningUnitMoments, of: OfLayer, examples: number): readonly UnitRow[] {
  const { mean, std } = all.moments();
  return Array.from(mean, (value, unit) => {
    const spread = std[unit] ?? Number.NaN;
    return { ...of, examples, unit, mean: value, std: Number.isFinite(spread) ? spread : null };
  });
}

function contextText(
  { vocabulary }: TrainedNetwork,
  { contexts, count }: Examples,
  i: number,
): string {
  const T = contexts.length / count;
  const tokens = contexts.subarray(i * T, (i + 1) * T);
  return Array.from(tokens, (token) => vocabulary[token] ?? "").join("");
}
