/** How tokens enter a network: the embeddings of `tokens` consecutive ones, side by side. */
import type { FlattenModule } from "../../../model/network-plan.ts";
import { type Module, reservePort, type Site } from "./module.ts";
import { addTied } from "./tied-linear.ts";

/** Contexts as the first module takes them. */
export type Contexts = {
  /** The flatten that puts tokens side by side; null where none comes first. */
  readonly planned: FlattenModule | null;
  /** Tokens side by side. */
  readonly tokens: number;
  /** Rows of so many tokens in a context. */
  readonly positions: number;
};

/** Makes the rows of the embedding that the tokens stand for. */
export function makeEmbedding(site: Site, { planned, tokens: T, positions }: Contexts): Module {
  const { kernels, tokensAt, embedding } = site;
  const { at: table, rows: V, columns: E, ld } = embedding.value;
  const output = reservePort(site, { positions, width: T * E });
  const { value: x, gradient: dx } = output;
  return {
    ...{ planned, inputs: [], output, slots: [embedding] },

    forward(examples) {
      kernels.gather(table, tokensAt, x.at, examples * positions, T, E, ld, x.ld); // [rows, T E]
    },

    backward(examples) {
      const { at: dtable } = embedding.gradient;
      // biome-ignore format: as the kernel has them
      kernels.scatterAdd(dtable, tokensAt, dx.at, examples * positions, T, E, V, ld, dx.ld); // [V, E]
      addTied(site);
    },
  };
}
