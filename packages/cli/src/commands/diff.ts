/** What two runs differ in, key by key. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { canonicalJson } from "@ablate/runner";
import {
  flatSettings,
  isDecisive,
  type RunSummary,
  type Setting,
  type StoreReader,
  settingOf,
  settingOfKey,
  settingTexts,
  storedMap,
  withSameKeys,
} from "@ablate/store";
import { listed, table, visible } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../command-line/options.ts";
import type { Paint } from "../command-line/terminal.ts";
import { planConfig } from "../plan/planning.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";
import { withAnyReader, withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Compares two runs, or a config and a run, key by key, beginning with the keys that decide the numbers, and reports whether they are the same run. A and B are runs in the store or config files.",
  options: { ...PLANNING_OPTIONS, ...READING_OPTIONS },
  examples: [
    ["ablate diff quickstart/v5 quickstart/v7", "the settings in which two runs differ"],
    [
      'ablate diff my.yaml quickstart/v7 --only "batch_norm=hidden lr=0.1 seed:1"',
      "one run of a config, compared with a stored run",
    ],
  ],
  see: ["docs/config.md", "ablate compare"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const [wordA = "", wordB = ""] = flags.positionals;
    if (wordA === "-" && wordB === "-") {
      throw new UsageError("stdin has one config; give the other as a file or a run");
    }
    const [sidesA, sidesB] = [sidesOf(wordA, invocation), sidesOf(wordB, invocation)];
    const a = chosen(wordA, sidesA, sidesB);
    const b = chosen(wordB, sidesB, sidesA);
    const differences = findDifferences(a, b);
    terminal.write(
      flags.has("json") ? jsonArray(differences) : diffTable(a, b, differences, terminal.paint),
    );
    return 0;
  },
};

/** Returns what a word may mean: a run of the store, or any run of a config. */
function sidesOf(word: string, invocation: Invocation): readonly Side[] {
  const path = resolve(invocation.terminal.folder, word);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile || word === "-" || /^builtin:|\.ya?ml$/.test(word)
    ? plannedSides(word, invocation)
    : [withReader(invocation, (reader) => storedSide(findRun(reader, word), reader))];
}

function plannedSides(path: string, invocation: Invocation): readonly Side[] {
  // The other run may be one that the config's sample leaves out.
  const flags = invocation.flags.with("sample", "all");
  const { grid, data } = planConfig({ ...invocation, flags }, path);
  const { runs } = grid;
  const stored = withAnyReader(invocation, (reader) =>
    reader.recorded(runs.map(({ hash }) => hash)),
  );
  return runs.map(({ name, label, hash, config }) => ({
    name: stored?.get(hash)?.name ?? name,
    labels: [label],
    state: stored?.get(hash)?.state ?? "new",
    description: grid.description,
    hash,
    config,
    dataHash: data.hash,
    revision: null,
    source: null,
  }));
}

function storedSide(run: RunSummary, reader: StoreReader): Side {
  const { name, label, state, hash, config, grid, revision, source } = run;
  const former = reader.formerNames(name).map((one) => one.slice(one.indexOf("/") + 1));
  const labels = label === null ? former : [label, ...former];
  const { data_sha256: data } = reader.provenance(name);
  const description = reader.grids().find((one) => one.name === grid)?.description ?? "";
  const dataHash = typeof data === "string" ? data : null;
  return { name, labels, state, description, hash, config, dataHash, revision, source };
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
    wanted?.labels.flatMap((label) => sides.find(({ labels }) => labels.includes(label)) ?? [])[0];
  if (found !== undefined) return found;
  const why =
    wanted === undefined
      ? "which are too many"
      : `none of which is ${wanted.name} or has its label`;
  const example = only?.labels[0] ?? "";
  throw new UsageError(
    `${word} has ${sides.length} runs, ${why}; say which with --only, as --only label:${example}`,
  );
}

/** One of the two runs, stored or only planned. */
type Side = {
  readonly name: string;
  /** The label that it has in its grid, then those that it had before it was renamed. */
  readonly labels: readonly string[];
  readonly state: string;
  /** Description of its grid. */
  readonly description: string;
  readonly hash: string;
  /** Resolved config as JSON. */
  readonly config: string;
  /** Identity of the data file; null where the store does not say, as of a run that never started. */
  readonly dataHash: string | null;
  /** Of the engine that trained it; null where none has. */
  readonly revision: string | null;
  /** The format of the log that it is recorded from; null: it is trained here. */
  readonly source: string | null;
};

/** A key whose values differ; a side that has no such key has null. */
type Difference = {
  readonly key: string;
  readonly a: unknown;
  readonly b: unknown;
  /** Whether the key decides which run it is. */
  readonly identity: boolean;
};

/** Lists what belongs to the identity first, each in the order of the config. */
function findDifferences(a: Side, b: Side): readonly Difference[] {
  const both = withSameKeys([settingsOf(a), settingsOf(b)]);
  const areRecorded = a.source !== null && b.source !== null;
  const all = both.flatMap(({ settings }) => settings.map(({ key }) => key));
  const keys = [...new Set(all)]
    .map((key) => {
      const [ofA = null, ofB = null] = both.map((side) => settingOf(side, key)?.value);
      return { key, a: ofA, b: ofB };
    })
    .filter((one) => canonicalJson(one.a) !== canonicalJson(one.b))
    .map((one) => ({ ...one, identity: isDecisive(one.key, areRecorded) }));
  const areTrained = a.revision !== null && b.revision !== null;
  const about = [
    { key: "name", a: a.name, b: b.name, identity: false },
    { key: "description", a: a.description, b: b.description, identity: false },
    ...(areTrained ? [{ key: "revision", a: a.revision, b: b.revision, identity: false }] : []),
  ].filter((one) => one.a !== one.b);
  const decisive = keys.filter(({ identity }) => identity);
  const others = keys.filter(({ identity }) => !identity);
  return [...dataOf(a, b, decisive.length === 0), ...decisive, ...about, ...others];
}

function settingsOf({ config, source }: Side) {
  const settings: readonly Setting[] = flatSettings(storedMap(config, "config"), source);
  return { settings, source };
}

/** Compares the data by their hashes: another one where these differ, or where nothing else makes it another run. */
function dataOf(a: Side, b: Side, isAllElseEqual: boolean): readonly Difference[] {
  const areKnown = a.dataHash !== null && b.dataHash !== null;
  // A log does not say on which data its run was trained.
  if (!areKnown && (a.source !== null || b.source !== null)) return [];
  const differ = areKnown ? a.dataHash !== b.dataHash : isAllElseEqual && a.hash !== b.hash;
  return differ ? [{ key: "data", a: a.dataHash, b: b.dataHash, identity: true }] : [];
}

/** Tables the keys that differ, and whether they belong to the identity; then answers whether the runs are the same. */
function diffTable(a: Side, b: Side, differences: readonly Difference[], paint: Paint): string {
  const steps = [a, b].map((side) => settingOf(settingsOf(side), "train.steps")?.value);
  const rows = differences.map((one) => [
    keyText(one.key),
    ...values(one, steps),
    one.identity ? "yes" : "no",
  ]);
  const [titleA, titleB] = a.name === b.name ? ["A", "B"] : [a.name, b.name];
  const style = tableStyle(paint, (_, row, column) =>
    column === 0 && differences[row]?.identity ? "bold" : null,
  );
  const heads = ["key", titleA, titleB, "identity"];
  const text = rows.length === 0 ? "" : `${table(heads, rows, style)}\n`;
  return `${text}${verdict(a, b, differences)}\n`;
}

function verdict(a: Side, b: Side, differences: readonly Difference[]): string {
  if (a.hash === b.hash) return `the same run: ${a.name}, ${a.state}`;
  const keys = differences.filter(({ identity }) => identity).map(({ key }) => key);
  if (keys.length === 0 && (a.source !== null || b.source !== null)) {
    return "not the same run, though their settings are the same";
  }
  const reasons = keys.length === 0 ? ["what another version made of the config"] : keys;
  return `not the same run, because of ${listed(few(reasons.map(keyText)))}`;
}

/** Most keys that a sentence names: configs of other programs have hundreds. */
const MOST_NAMED = 12;

function few(keys: readonly string[]): readonly string[] {
  const rest = keys.length - MOST_NAMED;
  return rest <= 0 ? keys : [...keys.slice(0, MOST_NAMED), `${rest} more`];
}

/** Writes a key as a terminal shows it whole; other programs may have an empty one. */
function keyText(key: string): string {
  return key === "" ? '""' : visible(key);
}

/**
 * Writes both values, rounded where that leaves them different.
 *
 * @param steps - of both runs
 */
function values({ key, a, b }: Difference, steps: readonly unknown[]): readonly string[] {
  if (key === "data") return [a, b].map(hashText);
  const found = [a, b].map((value, i) =>
    value === null ? null : settingOfKey(key, value, steps[i]),
  );
  return found.map(settingTexts(found, { isWhole: true }));
}

function hashText(hash: unknown): string {
  return typeof hash === "string" ? `${hash.slice(0, 12)}…` : "unknown";
}
