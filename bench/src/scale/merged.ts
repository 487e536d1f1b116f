/** Stores of several coordinators made one: each sealed, all imported, the whole exported as Parquet. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { costOf } from "../cpu-time.ts";
import { ABLATE } from "../ui/command.ts";

export type Timed = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of what it made. */
  readonly bytes: number;
};

export type Merged = {
  readonly sealed: readonly Timed[];
  /** The first into a store that is not there yet. */
  readonly imported: readonly Timed[];
  readonly parquet: Timed;
};

/** Each store is sealed into a file of its own, as a machine would send it. */
export function merge(folder: string, stores: readonly string[], grid: string): Merged {
  const sealed = stores.map((_, i) => join(folder, `sealed-${i}.db`));
  const [whole, parquet] = [join(folder, "whole.db"), join(folder, "whole.parquet")];
  const timed = (made: string, ...command: readonly string[]): Timed => {
    const begin = performance.now();
    const { cpuMs } = costOf([ABLATE, ...command], folder);
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, cpuSeconds: cpuMs / 1000, bytes: statSync(made).size };
  };
  return {
    sealed: stores.map((store, i) => {
      const file = sealed[i] ?? "";
      return timed(file, "export", grid, "-o", file, "--store", store);
    }),
    imported: sealed.map((file) => timed(whole, "import", file, "--store", whole)),
    parquet: timed(parquet, "export", grid, "-o", parquet, "--store", whole),
  };
}
