/** Reads probes back: one prepared statement a table, blobs decoded here. */
import type {
  LayerKind,
  LayerProbe,
  NormProbe,
  Probe,
  Saturation,
  TensorKind,
  TensorProbe,
} from "@ablate/core";
import type { Database } from "better-sqlite3";
import { unpackPairs } from "./float20.ts";
import { NORM_ROWS, type NormKind, numberOfKind, TENSOR_KINDS } from "./kinds.ts";
import { deadUnits, type PackedHistogram, unpackHistogram } from "./pack.ts";

export type ProbeReader = {
  readonly steps: (runName: string) => number[];
  readonly probe: (runName: string, step: number) => Probe | undefined;
  readonly tensors: (
    runName: string,
    step: number,
    kind: TensorKind,
  ) => ReadonlyMap<string, TensorProbe>;
};

type Key = { readonly run: string; readonly step: number };

type ProbeRow = {
  readonly id: number;
  readonly run_id: number;
  readonly examples: number;
  readonly loss: number | null;
  readonly tokens: number;
  readonly logits: Uint8Array;
};

type LayerRow = {
  readonly idx: number;
  readonly name: string;
  readonly kind: LayerKind;
  readonly units: number;
};

type TensorRow = {
  readonly layer: number;
  readonly kind: number;
  readonly mean: number | null;
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly saturated: number | null;
  readonly dead: number | null;
  readonly flat: Uint8Array | null;
} & { readonly [Name in keyof PackedHistogram]: PackedHistogram[Name] | null };

type NormRow = { readonly layer: number; readonly kind: number; readonly pairs: Uint8Array };

/** Prepares what reads probes. */
export function probeReader(database: Database): ProbeReader {
  const run = "(select id from run where name = @run)";
  const steps = database
    .prepare<[{ run: string }], number>(
      `select step from probe where run_id = ${run} order by step`,
    )
    .pluck();
  const probe = database.prepare<[Key], ProbeRow>(
    `select id, run_id, examples, loss, tokens, logits from probe where run_id = ${run} and step = @step`,
  );
  const layers = database.prepare<[number], LayerRow>(
    "select idx, name, kind, units from probe_layer where run_id = ? order by idx",
  );
  const tensors = database.prepare<[number], TensorRow>(
    "select * from probe_tensor where probe_id = ?",
  );
  const ofKind = database.prepare<[Key & { readonly kind: number }], TensorRow & { name: string }>(
    `select l.name as name, t.* from probe p join probe_layer l on l.run_id = p.run_id
       join probe_tensor t on t.probe_id = p.id and t.layer = l.idx and t.kind = @kind
     where p.run_id = ${run} and p.step = @step order by l.idx`,
  );
  const norms = database.prepare<[number], NormRow>(
    "select layer, kind, pairs from probe_norm where probe_id = ?",
  );
  return {
    steps: (name) => steps.all({ run: name }),
    probe: (name, step) => {
      const found = probe.get({ run: name, step });
      if (found === undefined) return undefined;
      const byLayer = Map.groupBy(tensors.all(found.id), ({ layer }) => layer);
      const normsOf = Map.groupBy(norms.all(found.id), ({ layer }) => layer);
      return {
        step,
        examples: found.examples,
        loss: numberOf(found.loss),
        layers: layers.all(found.run_id).map(({ idx, ...layer }) =>
          layerOf(layer, {
            examples: found.examples,
            tensors: byLayer.get(idx) ?? [],
            norms: normsOf.get(idx) ?? [],
          }),
        ),
        logits: logitsOf(found),
      };
    },
    tensors: (name, step, kind) => {
      const rows = ofKind.all({ run: name, step, kind: numberOfKind(kind) });
      return new Map(rows.map((row) => [row.name, tensorOf(row)]));
    },
  };
}

function layerOf(
  { name, kind, units }: Omit<LayerRow, "idx">,
  {
    examples,
    tensors,
    norms,
  }: {
    readonly examples: number;
    readonly tensors: readonly TensorRow[];
    readonly norms: readonly NormRow[];
  },
): LayerProbe {
  const flat = tensors.find((row) => row.flat !== null);
  return {
    name,
    kind,
    units,
    tensors: Object.fromEntries(
      tensors.map((row) => [TENSOR_KINDS[row.kind] ?? "", tensorOf(row)]),
    ),
    saturation: flat === undefined ? null : saturationOf(flat, examples, units),
    norm: normOf(norms),
  };
}

function tensorOf(row: TensorRow): TensorProbe {
  const { mean, std, min, max } = row;
  return {
    mean: numberOf(mean),
    std: numberOf(std),
    min: numberOf(min),
    max: numberOf(max),
    histogram: hasHistogram(row) ? unpackHistogram(row) : null,
  };
}

function hasHistogram(row: TensorRow): row is TensorRow & PackedHistogram {
  return row.counts !== null;
}

function saturationOf(
  { saturated, dead, flat }: TensorRow,
  examples: number,
  units: number,
): Saturation {
  const bits = flat ?? new Uint8Array();
  const names = dead === 0 ? new Int32Array() : deadUnits(bits, examples, units);
  return { examples, units, share: numberOf(saturated), dead: names, bits };
}

function normOf(rows: readonly NormRow[]): NormProbe | null {
  const found = new Map(rows.flatMap(pairsOf));
  const pairs = (kind: NormKind) => found.get(kind) ?? null;
  const moments = (kind: "batch" | "running" | "trainset") => {
    const pair = pairs(kind);
    return pair === null ? null : { mean: pair[0], std: pair[1] };
  };
  const [batch, running, affine] = [moments("batch"), moments("running"), pairs("affine")];
  if (batch === null || running === null || affine === null) return null;
  const [gamma, beta] = affine;
  return { batch, running, trainset: moments("trainset"), gamma, beta };
}

/** The pairs of each kind that a row has. */
function pairsOf({ kind, pairs }: NormRow): [NormKind, ReturnType<typeof unpackPairs>][] {
  const kinds = NORM_ROWS[kind] ?? [];
  const size = pairs.length / kinds.length;
  return kinds.map((name, i) => [name, unpackPairs(pairs.subarray(i * size, (i + 1) * size))]);
}

function logitsOf({ tokens, logits: packed }: ProbeRow): Probe["logits"] {
  const [logits, probabilities] = unpackPairs(packed);
  const examples = tokens === 0 ? 0 : Math.floor(logits.length / tokens);
  return { examples, tokens, logits, probabilities };
}

/** The store keeps NaN as null. */
function numberOf(value: number | null): number {
  return value ?? Number.NaN;
}
