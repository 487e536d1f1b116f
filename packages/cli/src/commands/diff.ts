import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { RunSummary, StoreReader } from "@ablate/store";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../command-line/options.ts";
import { planConfig } from "../plan/planning.ts";
import { diffTable, findDifferences, type Side } from "../print/differences.ts";
import { jsonArray } from "../print/rows.ts";
import { withAnyReader, withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";

export const command: Command = {
  about: [
    "Compares two runs, or a config and a run, key by key, those that decide the numbers first, and says whether they are the same run. A and B are runs of the store or config files.",
  ],
  options: { ...PLANNING_OPTIONS, ...READING_OPTIONS },
  examples: [
    ["ablate diff quickstart/v5 quickstart/v7", "what tells two runs apart"],
    ["ablate diff my.yaml my-grid/v5", "why it is, or is not, taken as done"],
    ["ablate diff my.yaml v5 --only lr=0.01", "of a config of several runs, this one"],
  ],
  see: ["docs/config.md", "ablate compare"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const [wordA = "", wordB = ""] = flags.positionals;
    const [sidesA, sidesB] = [sidesOf(wordA, invocation), sidesOf(wordB, invocation)];
    const a = chosen(wordA, sidesA, sidesB);
    const b = chosen(wordB, sidesB, sidesA);
    const differences = findDifferences(a, b);
    terminal.write(flags.has("json") ? jsonArray(differences) : diffTable(a, b, differences));
    return 0;
  },
};

/** Returns what a word may mean: a run of the store, or any run of a config. */
function sidesOf(word: string, invocation: Invocation): readonly Side[] {
  const path = resolve(invocation.terminal.folder, word);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile || /\.ya?ml$/.test(word)
    ? plannedSides(word, invocation)
    : [withReader(invocation, (reader) => storedSide(findRun(reader, word), reader))];
}

function plannedSides(path: string, invocation: Invocation): readonly Side[] {
  const { runs, grid, dataHash } = planConfig(invocation, path);
  const stored = withAnyReader(invocation, (reader) =>
    reader.recorded(runs.map(({ hash }) => hash)),
  );
  return runs.map(({ name, label, hash, config }) => ({
    name: stored?.get(hash)?.name ?? name,
    label,
    state: stored?.get(hash)?.state ?? "new",
    description: grid.description,
    hash,
    config,
    dataHash,
  }));
}

function storedSide(run: RunSummary, reader: StoreReader): Side {
  const { name, label, state, hash, config, grid } = run;
  const { data_sha256: data } = reader.provenance(name);
  const description = reader.grids().find((one) => one.name === grid)?.description ?? "";
  const dataHash = typeof data === "string" ? data : null;
  return { name, label, state, description, hash, config, dataHash };
}

/**
 * Chooses of a config of several runs the one that is the other run, else the one of its label.
 *
 * @throws UsageError - if it could be several
 */
function chosen(word: string, sides: readonly Side[], others: readonly Side[]): Side {
  const [only] = sides;
  if (only !== undefined && sides.length === 1) return only;
  const wanted = others.length === 1 ? others[0] : undefined;
  const found =
    sides.find(({ hash }) => hash === wanted?.hash) ??
    sides.find(({ label }) => wanted !== undefined && label === wanted.label);
  if (found !== undefined) return found;
  const why =
    wanted === undefined
      ? "which are too many"
      : `none of which is ${wanted.name} or has its label`;
  const example = only?.label ?? "";
  throw new UsageError(
    `${word} has ${sides.length} runs, ${why}; say which with --only, as --only label:${example}`,
  );
}
