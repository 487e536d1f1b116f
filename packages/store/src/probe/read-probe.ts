/** Reads probes back: one statement a table, blobs decoded here. */
import type {
  LayerKind,
  LayerProbe,
  NormProbe,
  Probe,
  Saturation,
  TensorKind,
  TensorProbe,
} from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import { unpackPairs } from "./float20.ts";
import {
  deadUnits,
  isSet,
  NORM_ROWS,
  type NormKind,
  numberOfKind,
  type PackedHistogram,
  TENSOR_KINDS,
  unpackHistogram,
} from "./pack.ts";

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

const RUN_ID = "(select id from run where name = @run)";

/** Returns after how many updates the network of a run was probed, in that order. */
export function probeSteps(sql: Statements, run: string): number[] {
  return sql.values(`select step from probe where run_id = ${RUN_ID} order by step`, { run });
}

const PROBE = `
  select id, run_id, examples, loss, tokens, logits from probe
  where run_id = ${RUN_ID} and step = @step`;
const LAYERS = "select idx, name, kind, units from probe_layer where run_id = ? order by idx";
const TENSORS = "select * from probe_tensor where probe_id = ?";
const NORMS = "select layer, kind, pairs from probe_norm where probe_id = ?";

/** Reads all that a probe saw. */
export function readProbe(sql: Statements, run: string, step: number): Probe | undefined {
  const probe = sql.row<ProbeRow>(PROBE, { run, step });
  if (probe === undefined) return undefined;
  const { id, run_id, examples, loss } = probe;
  const tensors = Map.groupBy(sql.rows<TensorRow>(TENSORS, id), ({ layer }) => layer);
  const norms = Map.groupBy(sql.rows<NormRow>(NORMS, id), ({ layer }) => layer);
  const layers = sql
    .rows<LayerRow>(LAYERS, run_id)
    .map(({ idx, name, kind, units }): LayerProbe => {
      const own = tensors.get(idx) ?? [];
      const flat = own.find((row) => row.flat !== null);
      return {
        name,
        kind,
        units,
        tensors: Object.fromEntries(
          own.map((row) => [TENSOR_KINDS[row.kind] ?? "", tensorOf(row)]),
        ),
        saturation: flat === undefined ? null : saturationOf(flat, examples, units),
        norm: normOf(norms.get(idx) ?? []),
      };
    });
  return { step, examples, loss: numberOf(loss), layers, logits: logitsOf(probe) };
}

const OF_KIND = `
  select l.name as name, t.* from probe p join probe_layer l on l.run_id = p.run_id
    join probe_tensor t on t.probe_id = p.id and t.layer = l.idx and t.kind = @kind
  where p.run_id = ${RUN_ID} and p.step = @step order by l.idx`;

/** Reads one kind of a probe's numbers by layer, in the order of the model, for a fraction of its cost. */
export function readTensors(
  sql: Statements,
  run: string,
  step: number,
  kind: TensorKind,
): ReadonlyMap<string, TensorProbe> {
  const key = { run, step, kind: numberOfKind(kind) };
  const rows = sql.rows<TensorRow & { readonly name: string }>(OF_KIND, key);
  return new Map(rows.map((row) => [row.name, tensorOf(row)]));
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
  probed: number,
  units: number,
): Saturation {
  const bits = flat ?? new Uint8Array();
  const share = numberOf(saturated);
  const examples = probed * positionsOf(bits, share, probed * units);
  if (bits.length !== Math.ceil((examples * units) / 8)) {
    throw new DamageError("its probe has a saturation map of another size than its layer");
  }
  const names = dead === 0 ? new Int32Array() : deadUnits(bits, examples, units);
  return { examples, units, share, dead: names, bits };
}

/**
 * Says how many rows of bits a layer has for each example, from how long its map is. Of less than a byte that says
 * little: there the share of the bits that are set says it.
 *
 * @param size - bits of one position
 */
function positionsOf(bits: Uint8Array, share: number, size: number): number {
  if (size >= 8) return Math.max(1, Math.floor((8 * bits.length) / size));
  let set = 0;
  for (let at = 0; at < 8 * bits.length; at++) if (isSet(bits, at)) set++;
  return set === 0 ? 1 : Math.round(set / (share * size));
}

function normOf(rows: readonly NormRow[]): NormProbe | null {
  const found = new Map(rows.flatMap(pairsOf));
  const pairs = (kind: NormKind) => found.get(kind) ?? null;
  const moments = (kind: "batch" | "running" | "trainset") => {
    const pair = pairs(kind);
    return pair === null ? null : { mean: pair[0], std: pair[1] };
  };
  const affine = pairs("affine");
  if (affine === null) return null;
  const [gamma, beta] = affine;
  const [batch, running, trainset] = [moments("batch"), moments("running"), moments("trainset")];
  return { batch, running, trainset, gamma, beta };
}

/** Unpacks the pairs of each kind that a row has. */
function pairsOf({ kind, pairs }: NormRow): [NormKind, ReturnType<typeof unpackPairs>][] {
  const kinds = NORM_ROWS[kind] ?? [];
  const size = pairs.length / kinds.length;
  return kinds.map((name, i) => [name, unpackPairs(pairs.subarray(i * size, (i + 1) * size))]);
}

function logitsOf({ tokens, logits: packed }: ProbeRow): Probe["logits"] {
  const [logits, probabilities] = unpackPairs(packed);
  if (tokens < 0 || tokens > logits.length) {
    throw new DamageError("its probe has more tokens than logits");
  }
  const examples = tokens === 0 ? 0 : Math.floor(logits.length / tokens);
  return { examples, tokens, logits, probabilities };
}

/** The store keeps NaN as null. */
function numberOf(value: number | null): number {
  return value ?? Number.NaN;
}
