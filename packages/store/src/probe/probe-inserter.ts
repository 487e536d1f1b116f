import type {
  Histogram,
  LayerProbe,
  NormProbe,
  Probe,
  Saturation,
  TensorKind,
  TensorProbe,
} from "@ablate/core";
import type { Database, Statement } from "better-sqlite3";
import { packPairs } from "./float20.ts";
import { MOST_NUMBERS, NORM_ROWS, type NormKind, numberOfKind, TENSOR_KINDS } from "./kinds.ts";
import { packCounts } from "./pack.ts";

/** Where the rows of a layer belong. */
type Place = { readonly probeId: number | bigint; readonly layer: number };

/** Inserts probes; call it inside transactions. */
export class ProbeInserter {
  readonly #layer: Statement;
  readonly #probe: Statement;
  readonly #tensor: Statement;
  readonly #norm: Statement;

  constructor(database: Database) {
    this.#layer = database.prepare(
      "insert or ignore into probe_layer (run_id, idx, name, kind, units) values (?, ?, ?, ?, ?)",
    );
    this.#probe = database.prepare(
      "insert into probe (run_id, step, examples, loss, tokens, logits) values (?, ?, ?, ?, ?, ?)",
    );
    this.#tensor = database.prepare(
      `insert into probe_tensor values (${Array(16).fill("?").join(", ")})`,
    );
    this.#norm = database.prepare("insert into probe_norm values (?, ?, ?, ?)");
  }

  insert(runId: number, { step, examples, loss, layers, logits }: Probe): void {
    checkNumbers("examples", examples);
    const { lastInsertRowid: probeId } = this.#probe.run(
      runId,
      step,
      examples,
      loss,
      logits.tokens,
      packPairs([logits.logits, logits.probabilities]),
    );
    for (const [layer, probed] of layers.entries()) {
      this.#layer.run(runId, layer, probed.name, probed.kind, probed.units);
      this.#insertLayer({ probeId, layer }, probed);
    }
  }

  #insertLayer(place: Place, { tensors, norm, saturation }: LayerProbe): void {
    for (const kind of TENSOR_KINDS) {
      const tensor = tensors[kind];
      if (tensor === undefined) continue;
      this.#insertTensor({ ...place, kind }, tensor, kind === "activation" ? saturation : null);
    }
    if (norm !== null) this.#insertNorm(place, norm);
  }

  #insertTensor(
    { probeId, layer, kind }: Place & { readonly kind: TensorKind },
    { mean, std, min, max, histogram }: TensorProbe,
    saturation: Saturation | null,
  ): void {
    const { share = null, dead, bits = null } = saturation ?? {};
    const numbers = [mean, std, min, max, share, dead?.length ?? null];
    const histogramColumns = columnsOf(histogram);
    this.#tensor.run(probeId, layer, numberOfKind(kind), ...numbers, ...histogramColumns, bits);
  }

  #insertNorm({ probeId, layer }: Place, norm: NormProbe): void {
    const pairs: Readonly<Record<NormKind, Pair | null>> = {
      batch: [norm.batch.mean, norm.batch.std],
      running: [norm.running.mean, norm.running.std],
      trainset: norm.trainset && [norm.trainset.mean, norm.trainset.std],
      affine: [norm.gamma, norm.beta],
    };
    const there = KINDS.filter((kind) => pairs[kind] !== null);
    for (const number of rowsOf(there, norm.gamma.length)) {
      const kinds = NORM_ROWS[number] ?? [];
      const packed = packPairs(...kinds.flatMap((kind) => (pairs[kind] ? [pairs[kind]] : [])));
      this.#norm.run(probeId, layer, number, packed);
    }
  }
}

type Pair = readonly [Float32Array, Float32Array];

const KINDS: readonly NormKind[] = ["batch", "running", "trainset", "affine"];

/** What rows a page of the file has room for, and what a row takes beside its pairs. */
const PAGE_BYTES = 4088;
const ROW_BYTES = 17;

/** Numbers of the rows that have these kinds: two kinds in one row where that leaves less of the pages empty. */
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

/** Where the edges of a histogram are, and its counts. */
function columnsOf(histogram: Histogram | null): unknown[] {
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
