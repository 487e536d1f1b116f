/** What two runs differ in, key by key. */
import { canonicalJson } from "@ablate/runner";
import { flatSettings } from "@ablate/store";

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
export type Difference = {
  readonly key: string;
  readonly a: unknown;
  readonly b: unknown;
  /** Whether the key decides which run it is. */
  readonly identity: boolean;
};

const NO_IDENTITY = /^(data\.file|record\..*)$/;

/** What belongs to the identity first, each in the order of the config. */
export function compareRuns(a: Side, b: Side): readonly Difference[] {
  const keys = settingsOf(a, b);
  const about = [
    { key: "name", a: a.name, b: b.name },
    { key: "description", a: a.description, b: b.description },
  ].filter((one) => one.a !== one.b);
  const decisive = keys.filter(({ identity }) => identity);
  return [
    ...dataOf(a, b, decisive.length === 0),
    ...decisive,
    ...about.map((one) => ({ ...one, identity: false })),
    ...keys.filter(({ identity }) => !identity),
  ];
}

function settingsOf(a: Side, b: Side): readonly Difference[] {
  const [ofA, ofB] = [valuesOf(a), valuesOf(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .filter((key) => canonicalJson(ofA.get(key) ?? null) !== canonicalJson(ofB.get(key) ?? null))
    .map((key) => ({
      key,
      a: ofA.get(key) ?? null,
      b: ofB.get(key) ?? null,
      identity: !NO_IDENTITY.test(key),
    }));
}

function valuesOf({ config }: Side): ReadonlyMap<string, unknown> {
  const parsed: unknown = JSON.parse(config);
  return new Map(flatSettings(parsed).map(({ key, value }) => [key, value]));
}

/** The data by their hashes: another one where these differ, or where nothing else makes it another run. */
function dataOf(a: Side, b: Side, isAllElseEqual: boolean): readonly Difference[] {
  const areKnown = a.dataHash !== null && b.dataHash !== null;
  const differ = areKnown ? a.dataHash !== b.dataHash : isAllElseEqual && a.hash !== b.hash;
  return differ ? [{ key: "data", a: a.dataHash, b: b.dataHash, identity: true }] : [];
}
