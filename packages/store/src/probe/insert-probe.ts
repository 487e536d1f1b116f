import type { Histogram, NormProbe, Probe, Saturation, TensorProbe } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { packPairs } from "./float20.ts";
import {
  MOST_NUMBERS,
  NORM_ROWS,
  type NormKind,
  numberOfKind,
  packCounts,
  TENSOR_KINDS,
} from "./pack.ts";

const INSERT_TENSOR = `insert or replace into probe_tensor values (${Array(16).fill("?").join(", ")})`;
const INSERT_NORM = "insert or replace into probe_norm values (?, ?, ?, ?)";

const OF_STEP = "select id from probe where run_id = ? and step = ?";

/** Finds the probe of a step. */
export function findProbe(sql: Statements, runId: number, step: number): number | undefined {
  return sql.value<number>(OF_STEP, runId, step);
}

/** Inserts a probe, or adds to one that is there; call it inside transactions. */
export function insertProbe(
  sql: Statements,
  runId: number,
  { step, examples, loss, layers, logits }: Probe,
  known?: number,
): void {
  checkNumbers("examples", examples);
  const pairs = packPairs([logits.logits, logits.probabilities]);
  const columns = { run_id: runId, step, examples, loss, tokens: logits.tokens, logits: pairs };
  const probeId = known ?? sql.insert("probe", columns).lastInsertRowid;
  for (const [layer, { name, kind, units, tensors, norm, saturation }] of layers.entries()) {
    sql.insert("probe_layer", { run_id: runId, idx: layer, name, kind, units }, "or ignore");
    for (const kind of TENSOR_KINDS) {
      const tensor = tensors[kind];
      if (tensor === undefined) continue;
      const numbers = tensorColumns(tensor, kind === "activation" ? saturation : null);
      sql.run(INSERT_TENSOR, probeId, layer, numberOfKind(kind), ...numbers);
    }
    for (const { row, packed } of norm === null ? [] : normRows(norm)) {
      sql.run(INSERT_NORM, probeId, layer, row, packed);
    }
  }
}

/** Returns the columns of a tensor from its mean on. */
function tensorColumns(
  { mean, std, min, max, histogram }: TensorProbe,
  saturation: Saturation | null,
): unknown[] {
  const { share = null, dead, bits = null } = saturation ?? {};
  const numbers = [mean, std, min, max, share, dead?.length ?? null];
  return [...numbers, ...histogramColumns(histogram), bits];
}

type NormRow = { readonly row: number; readonly packed: Buffer };

function normRows({ batch, running, trainset, gamma, beta }: NormProbe): NormRow[] {
  const pairs: Readonly<Record<NormKind, Pair | null>> = {
    batch: batch && [batch.mean, batch.std],
    running: running && [running.mean, running.std],
    trainset: trainset && [trainset.mean, trainset.std],
    affine: [gamma, beta],
  };
  const there = KINDS.filter((kind) => pairs[kind] !== null);
  return rowsOf(there, gamma.length).map((row) => {
    const kinds = NORM_ROWS[row] ?? [];
    return {
      row,
      packed: packPairs(...kinds.flatMap((kind) => (pairs[kind] ? [pairs[kind]] : []))),
    };
  });
}

type Pair = readonly [Float32Array, Float32Array];

const KINDS: readonly NormKind[] = ["batch", "running", "trainset", "affine"];

/** What rows a page of the file has room for, and what a row takes beside its pairs. */
const PAGE_BYTES = 4088;
const ROW_BYTES = 17;

/** Returns the numbers of the rows that have these kinds: two kinds in one row where that leaves less of the pages empty. */
function rowsOf(kinds: readonly NormKind[], units: number): number[] {
  const isPaired = shareOfPage(2 * units) < 2 * shareOfPage(units);
  const left = new Set(kinds);
  return NORM_ROWS.toReversed().flatMap((row, i) => {
    if ((row.length > 1 && !isPaired) || !row.every((kind) => left.has(kind))) return [];
    for (const kind of row) left.delete(kind);
    return [NORM_ROWS.length - 1 - i];
  });
}

function shareOfPage(pairs: number): number {
  return 1 / Math.floor(PAGE_BYTES / (5 * pairs + ROW_BYTES));
}

/** Returns where the edges of a histogram are, and its counts. */
function histogramColumns(histogram: Histogram | null): unknown[] {
  if (histogram === null) return [null, null, null, null, null, null];
  checkNumbers("bins", histogram.counts.length);
  const { mantissaBits, smallest, largest } = histogram.scale;
  const { bins, bits, bytes } = packCounts(histogram);
  return [mantissaBits, smallest, largest, bins, -bits, bytes];
}

function checkNumbers(what: string, count: number): void {
  if (count > MOST_NUMBERS) {
    throw new RangeError(`a probe of ${count} ${what}: views know ${MOST_NUMBERS} at most`);
  }
}
