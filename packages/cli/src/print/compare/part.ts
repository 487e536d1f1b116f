import type { Comparison } from "@ablate/store";

/** A comparison of all runs, or with `--within` of those that share a value of a key. */
export type ComparedPart = {
  readonly comparison: Comparison;
  readonly within: {
    readonly key: string;
    /** For people. */
    readonly text: string;
    /** Null where the runs have no such key. */
    readonly value: unknown;
    /** As a field of CSV. */
    readonly field: string | number | null;
  } | null;
};
