/**
 * The first linear layer together with the embedding below it: `kernels/tokens.ts` multiplies only the rows of the distinct
 * tokens, which spares half of it at the usual sizes. Letters as in `simd-engine.ts`; a context here is the T tokens that are
 * put side by side.
 */
import type { LinearModule } from "../../../model/network-plan.ts";
import type { Arena } from "../layout.ts";
import type { Contexts } from "./embedding.ts";
import { type Module, reservePort, type Site } from "./module.ts";
import { addTied } from "./tied-linear.ts";

export type Sizes = {
  /** T and E. */
  readonly context: number;
  readonly embedding: number;
  readonly vocabularySize: number;
  /** Contexts of a training step. */
  readonly batchSize: number;
  /** Contexts that there is room for. */
  readonly rows: number;
};

/**
 * Costs are in products of one value of an embedding with a row of the weight, forward and back. Beside its E products a
 * distinct token costs as much as seven more, for short sums and small tiles; a context, whose gradient is added to
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
export function isGrouped(sizes: Sizes): boolean {
  const { context: T, embedding: E, vocabularySize: V, batchSize: B, rows } = sizes;
  const distinct = (V * B) / (V + B);
  const isCheaper = distinct * (E + DISTINCT_COST) < B * (E + SPARED_COST);
  return isCheaper && T * Math.min(V, rows) <= MOST_ROOM * rows;
}

/** Makes embeddings times W, plus b. */
export function makeTokenLinear(
  site: Site,
  planned: LinearModule,
  { tokens: T, positions }: Pick<Contexts, "tokens" | "positions">,
): Module {
  const { kernels, tokensAt, embedding, slotOf } = site;
  if (planned.weight === null) throw new RangeError("simd: a first layer without a weight");
  const weight = slotOf(planned.weight);
  const bias = planned.bias === null ? null : slotOf(planned.bias);
  const output = reservePort(site, planned);
  const { at: table, rows: V, columns: E, ld: ldE } = embedding.value;
  const { at: w, columns: N, ld } = weight.value;
  const { value: y, gradient: dy } = output;
  const sizes = { context: T, embedding: E, vocabularySize: V, rows: y.rows, units: N };
  const { groupsAt, write } = reserveGroups(site.arena, sizes);
  site.whenOpen(write);
  return {
    ...{ planned, inputs: [], output },
    slots: bias === null ? [weight, embedding] : [weight, bias, embedding],

    forward(examples) {
      const rows = examples * positions;
      kernels.groupTokens(tokensAt, groupsAt, rows, T, ld);
      // biome-ignore format: as the kernel has them
      kernels.forwardTokens(table, w, bias?.value.at ?? 0, groupsAt, y.at, rows, T, E, N, ldE, ld); // [rows, N]
    },

    backward(examples) {
      const dw = weight.gradient.at;
      const dtable = embedding.gradient.at;
      if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, examples * positions, N, ld); // [N]
      kernels.backwardTokens(dy.at, w, dw, dtable, groupsAt, T, E, N, V, ldE, ld); // [T E, N], [V, E]
      addTied(site);
    },
  };
}

/** What decides how much room the kernels need. */
export type GroupSizes = Omit<Sizes, "batchSize"> & { readonly units: number };

type Groups = {
  readonly groupsAt: number;
  /** Writes there what the kernels find the rest by. */
  readonly write: (memory: ArrayBufferLike) => void;
};

/** Reserves what `kernels/tokens.ts` has in `Groups`. */
export function reserveGroups(
  arena: Arena,
  { context: T, embedding: E, vocabularySize: V, rows, units }: GroupSizes,
): Groups {
  const most = T * Math.min(V, rows);
  const [input, gradient] = [arena.matrix(most, E), arena.matrix(most, E)];
  const products = arena.matrix(most, units);
  const lists = [V, most, T + 1, most + 1, rows * T, rows * T];
  const addresses = [
    ...[input.at, gradient.at, products.at],
    ...lists.map((length) => arena.reserve(length * Int32Array.BYTES_PER_ELEMENT)),
  ];
  const groupsAt = arena.reserve(addresses.length * Uint32Array.BYTES_PER_ELEMENT);
  const write = (memory: ArrayBufferLike) =>
    new Uint32Array(memory, groupsAt, addresses.length).set(addresses);
  return { groupsAt, write };
}
