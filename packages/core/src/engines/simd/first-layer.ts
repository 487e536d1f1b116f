/**
 * The first linear layer together with the embedding below it, in one of two forms. Gathered: x is the embeddings of each
 * example's tokens, and its products are those of any layer. Grouped: `kernels/tokens.ts` multiplies only the rows of the
 * distinct tokens, which spares the half of it at the usual sizes. Letters as in `simd-engine.ts`.
 */
import type { ModelSpec } from "../../spec.ts";
import type { Arena, Layer, Layout, Matrix } from "./layout.ts";
import type { Kernels } from "./modules.ts";

/** Room of the form that a model takes; offsets are in bytes. */
export type FirstLayer = Gathered | Grouped;

type Gathered = {
  readonly form: "gathered";
  /** `[rows, T E]` */
  readonly input: Matrix;
  readonly gradient: Matrix;
};

type Grouped = {
  readonly form: "grouped";
  /** What `kernels/tokens.ts` has in `Groups`. */
  readonly groupsAt: number;
  /** The addresses that are to be written there. */
  readonly addresses: readonly number[];
};

type Sizes = {
  readonly model: Pick<ModelSpec, "context" | "embedding">;
  readonly vocabularySize: number;
  /** Examples of a training step. */
  readonly batchSize: number;
  /** Examples that there is room for. */
  readonly rows: number;
};

/**
 * Costs are in products of one value of an embedding with a row of the weight, forward and back. Beside its E products a
 * distinct token costs as much as seven more, for short sums and small tiles; an example, whose gradient is added to
 * those of its tokens, costs one less where it is grouped than where it is gathered and multiplied.
 */
const DISTINCT_COST = 7;
const SPARED_COST = 1;
/** Products of distinct tokens may take as much memory as so many layers' activations. */
const MOST_ROOM = 4;

/**
 * Whether grouping pays. It decides bits, hence only by what a run's spec and its vocabulary say. A batch has about
 * V B / (V + B) distinct tokens at a position: 15 at 27 letters and 32 examples, where names have 13.
 */
export function isGrouped({ model, vocabularySize: V, batchSize: B, rows }: Sizes): boolean {
  const { context: T, embedding: E } = model;
  const distinct = (V * B) / (V + B);
  const isCheaper = distinct * (E + DISTINCT_COST) < B * (E + SPARED_COST);
  return isCheaper && T * Math.min(V, rows) <= MOST_ROOM * rows;
}

/** Reserves room for the first layer, which has `units`. */
export function layOutFirst(arena: Arena, units: number, sizes: Sizes): FirstLayer {
  const { model, vocabularySize, rows } = sizes;
  const { context: T, embedding: E } = model;
  if (!isGrouped(sizes)) {
    return {
      form: "gathered",
      input: arena.matrix(rows, T * E),
      gradient: arena.matrix(rows, T * E),
    };
  }
  const most = T * Math.min(vocabularySize, rows);
  const [input, gradient] = [arena.matrix(most, E), arena.matrix(most, E)];
  const products = arena.matrix(most, units);
  const lists = [vocabularySize, most, T + 1, most + 1, rows * T, rows * T];
  const addresses = [
    ...[input.at, gradient.at, products.at],
    ...lists.map((length) => arena.reserve(length * Int32Array.BYTES_PER_ELEMENT)),
  ];
  const groupsAt = arena.reserve(addresses.length * Uint32Array.BYTES_PER_ELEMENT);
  return { form: "grouped", groupsAt, addresses };
}

/** Writes into memory what the kernels find the room by. */
export function openFirst(first: FirstLayer, memory: ArrayBufferLike): void {
  if (first.form === "gathered") return;
  const { groupsAt, addresses } = first;
  new Uint32Array(memory, groupsAt, addresses.length).set(addresses);
}

/** What the first layer needs of a network. */
export type FirstNetwork = {
  readonly kernels: Kernels;
  readonly model: ModelSpec;
  readonly layout: Layout;
  readonly first: FirstLayer;
  /** Contexts of the current rows, `[rows, T]` int32. */
  readonly tokensAt: number;
};

/** Embeddings times W, plus b, into `layer.linear`. */
export function forwardFirst(network: FirstNetwork, layer: Layer, rows: number): void {
  const { kernels, model, layout, first, tokensAt: tokens } = network;
  const { context: T, embedding: E } = model;
  const { fanIn: K, fanOut: N } = layer.shape;
  const { at: table, ld: ldE } = layout.embedding.value;
  const { at: w, ld } = layer.weight.value;
  const { at: y } = layer.linear;
  const bias = layer.bias?.value.at ?? 0;
  if (first.form === "gathered") {
    const { at: x, ld: ldX } = first.input;
    kernels.gather(table, tokens, x, rows, T, E, ldE, ldX); // [rows, T E]
    kernels.gemm(x, w, bias, y, rows, K, N, ldX, ld, ld); // [rows, N]
    return;
  }
  const { groupsAt } = first;
  kernels.groupTokens(tokens, groupsAt, rows, T, ld);
  kernels.forwardTokens(table, w, bias, groupsAt, y, rows, T, E, N, ldE, ld); // [rows, N]
}

/** From the gradient of `layer.linear` to those of W and of the embedding; the rows are those of the way forward. */
export function backwardFirst(network: FirstNetwork, layer: Layer, rows: number): void {
  const { kernels, model, layout, first, tokensAt } = network;
  const { context: T, embedding: E } = model;
  const { fanIn: K, fanOut: N } = layer.shape;
  const { rows: V, ld: ldE } = layout.embedding.value;
  const { at: dtable } = layout.embedding.gradient;
  const { at: w, ld } = layer.weight.value;
  const { at: dw } = layer.weight.gradient;
  const { at: dy } = layer.gradient;
  if (first.form === "gathered") {
    const { at: x, ld: ldX } = first.input;
    const { at: dx } = first.gradient;
    kernels.gemmTransposedA(x, dy, dw, K, rows, N, ldX, ld, ld); // [T E, N]
    kernels.gemmTransposedB(dy, w, dx, rows, N, K, ld, ld, ldX); // [rows, T E]
    kernels.scatterAdd(dtable, tokensAt, dx, rows, T, E, V, ldE, ldX); // [V, E]
    return;
  }
  kernels.backwardTokens(dy, w, dw, dtable, first.groupsAt, T, E, N, V, ldE, ld);
}
