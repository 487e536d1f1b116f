/** What the words of `ablate rm` mean: runs, grids, and filters over runs. */
import type { RunSummary, StoreReader } from "@ablate/store";
import { UsageError } from "./command-line/errors.ts";
import { matchingRuns } from "./filtering.ts";
import { asSeen } from "./seen.ts";
import { findRun, refuseTrashed } from "./store.ts";

export type Meant = { readonly runs: readonly string[]; readonly grids: readonly string[] };

/** What no name of a run or a grid has, but a filter. */
const FILTER = /[\s:=<>()"'!]/;

/**
 * A word is the whole name of a grid or a run, its label, its hash, or else a filter with an operator:
 * who removes should not be surprised by what else begins like that.
 *
 * @throws UsageError - if a word means nothing, or no run matches a filter
 */
export function meantBy(words: readonly string[], reader: StoreReader): Meant {
  const grids = reader.grids().map(({ name }) => name);
  const all = asSeen(reader.runs(), reader);
  const meant = words.map((word): Meant => {
    if (grids.includes(word)) return { grids: [word], runs: [] };
    const run = reader.run(word, { whole: true });
    if (run !== undefined) return { grids: [], runs: [run.name] };
    refuseTrashed(reader, word);
    if (FILTER.test(word)) return { grids: [], runs: matching(word, all, reader) };
    return { grids: [], runs: [surelyMeant(word, reader, grids)] };
  });
  return {
    grids: [...new Set(meant.flatMap((one) => one.grids))],
    runs: [...new Set(meant.flatMap((one) => one.runs))],
  };
}

/** A beginning is not enough, only a hint. */
function surelyMeant(word: string, reader: StoreReader, grids: readonly string[]): string {
  const { name: run } = findRun(reader, word, grids);
  throw new UsageError(`there is no run or grid "${word}"; to remove ${run}, write its whole name`);
}

function matching(text: string, runs: readonly RunSummary[], reader: StoreReader): string[] {
  const found = matchingRuns(runs, [{ texts: [text], source: "" }], reader);
  if (found.length === 0) throw new UsageError(`no run matches ${text}; \`ablate runs\` lists all`);
  return found.map(({ name }) => name);
}
