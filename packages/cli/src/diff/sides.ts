/** The two runs that `ablate diff A B` is about. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { RunSummary, StoreReader } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { planFile } from "../plan/planning.ts";
import { withAnyReader, withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";
import type { Side } from "./compare.ts";

/** What a word of the command line may mean: a run, or any of a config's runs. */
type Meant = { readonly word: string; readonly sides: readonly Side[] };

/**
 * Finds both; of a config of several runs the one that is the other run, else the one of its label.
 *
 * @throws UsageError - if one is not found, or could be several
 */
export function findSides(invocation: Invocation): readonly [Side, Side] {
  const [a, b] = [0, 1].map((i) => meantBy(invocation.flags.positionals[i] ?? "", invocation));
  if (a === undefined || b === undefined) throw new Error("two arguments are required");
  return [chosen(a, b), chosen(b, a)];
}

function meantBy(word: string, invocation: Invocation): Meant {
  if (isConfig(word, invocation.terminal.folder)) {
    return { word, sides: plannedSides(word, invocation) };
  }
  const side = withReader(invocation, (reader) => storedSide(findRun(reader, word), reader));
  return { word, sides: [side] };
}

function isConfig(word: string, folder: string): boolean {
  const isFile = statSync(resolve(folder, word), { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile || /\.ya?ml$/.test(word);
}

function plannedSides(path: string, invocation: Invocation): readonly Side[] {
  const { runs, grid, dataHash } = planFile(path, invocation);
  const stored = withAnyReader(invocation, {
    use: (reader) => reader.recorded(runs.map(({ hash }) => hash)),
    without: new Map<string, never>(),
  });
  return runs.map(({ name, label, hash, config }) => ({
    name: stored.get(hash)?.name ?? name,
    label,
    state: stored.get(hash)?.state ?? "new",
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

function chosen({ word, sides }: Meant, other: Meant): Side {
  const [only, ...more] = sides;
  if (only !== undefined && more.length === 0) return only;
  const [wanted, ...others] = other.sides;
  const isOne = wanted !== undefined && others.length === 0;
  const same = isOne ? sides.find(({ hash }) => hash === wanted.hash) : undefined;
  const namesake = isOne ? sides.find(({ label }) => label === wanted.label) : undefined;
  const found = same ?? namesake;
  if (found !== undefined) return found;
  const why = isOne ? `none of which is ${wanted.name} or has its label` : "which are too many";
  const example = only?.label ?? "";
  throw new UsageError(
    `${word} has ${sides.length} runs, ${why}; say which with --only, as --only label:${example}`,
  );
}
