/** What two runs differ in, key by key. */
import { canonicalJson } from "@ablate/runner";
import { flatSettings, setting } from "@ablate/store";
import { listed, table, UNKNOWN } from "@ablate/text";

/** One of the two runs, stored or only planned. */
export type Side = {
  readonly name: string;
  /** The label that it has in its grid. */
  readonly label: string | null;
  readonly state: string;
  /** Of its grid. */
  readonly description: string;
  readonly hash: string;
  /** Resolved config as JSON. */
  readonly config: string;
  /** Identity of the data file; null where the store does not say, as of a run that never started. */
  readonly dataHash: string | null;
};

/** A key whose values differ; a side that has no such key has null. */
type Difference = {
  readonly key: string;
  readonly a: unknown;
  readonly b: unknown;
  /** Whether the key decides which run it is. */
  readonly identity: boolean;
};

const NO_IDENTITY = /^(data\.file|record\..*)$/;

/** Lists what belongs to the identity first, each in the order of the config. */
export function findDifferences(a: Side, b: Side): readonly Difference[] {
  const [ofA, ofB] = [valuesOf(a), valuesOf(b)];
  const keys = [...new Set([...ofA.keys(), ...ofB.keys()])]
    .map((key) => ({ key, a: ofA.get(key) ?? null, b: ofB.get(key) ?? null }))
    .filter((one) => canonicalJson(one.a) !== canonicalJson(one.b))
    .map((one) => ({ ...one, identity: !NO_IDENTITY.test(one.key) }));
  const about = [
    { key: "name", a: a.name, b: b.name, identity: false },
    { key: "description", a: a.description, b: b.description, identity: false },
  ].filter((one) => one.a !== one.b);
  const decisive = keys.filter(({ identity }) => identity);
  const others = keys.filter(({ identity }) => !identity);
  return [...dataOf(a, b, decisive.length === 0), ...decisive, ...about, ...others];
}

function valuesOf({ config }: Side): ReadonlyMap<string, unknown> {
  const parsed: unknown = JSON.parse(config);
  return new Map(flatSettings(parsed).map(({ key, value }) => [key, value]));
}

/** Compares the data by their hashes: another one where these differ, or where nothing else makes it another run. */
function dataOf(a: Side, b: Side, isAllElseEqual: boolean): readonly Difference[] {
  const areKnown = a.dataHash !== null && b.dataHash !== null;
  const differ = areKnown ? a.dataHash !== b.dataHash : isAllElseEqual && a.hash !== b.hash;
  return differ ? [{ key: "data", a: a.dataHash, b: b.dataHash, identity: true }] : [];
}

/** Tables the keys that differ, and whether they belong to the identity; then answers whether the runs are the same. */
export function diffTable(a: Side, b: Side, differences: readonly Difference[]): string {
  const rows = differences.map((one) => [one.key, ...values(one), one.identity ? "yes" : "no"]);
  const [titleA, titleB] = a.name === b.name ? ["A", "B"] : [a.name, b.name];
  const text = rows.length === 0 ? "" : `${table(["key", titleA, titleB, "identity"], rows)}\n`;
  return `${text}${verdict(a, b, differences)}\n`;
}

function verdict(a: Side, b: Side, differences: readonly Difference[]): string {
  if (a.hash === b.hash) return `the same run: ${a.name}, ${a.state}`;
  const keys = differences.filter(({ identity }) => identity).map(({ key }) => key);
  const reasons = keys.length === 0 ? ["what another version made of the config"] : keys;
  return `not the same run, because of ${listed(reasons)}`;
}

/** Writes both values in short where that tells them apart, else in full. */
function values({ key, a, b }: Difference): readonly string[] {
  if (key === "data") return [a, b].map(hashText);
  const [shortA = "", shortB = ""] = [a, b].map((one) => (one === null ? UNKNOWN : setting(one)));
  return shortA === shortB ? [JSON.stringify(a), JSON.stringify(b)] : [shortA, shortB];
}

function hashText(hash: unknown): string {
  return typeof hash === "string" ? `${hash.slice(0, 12)}…` : "unknown";
}
