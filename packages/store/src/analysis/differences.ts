/** What makes one run another than a second one. */
import { isDecisive } from "./factors.ts";
import { withSameKeys } from "./reading.ts";
import { flatSettings, type Setting, usualSetting } from "./settings.ts";

/** A run as far as its identity goes. */
export type Identified = {
  /** Its resolved config as JSON. */
  readonly config: string;
  /** Identity of its data; null where that is not known, as of a run that never started. */
  readonly dataHash: string | null;
};

/** A key whose values differ; undefined where a config has no such key. */
export type Difference = {
  readonly key: string;
  readonly first: unknown;
  readonly second: unknown;
};

/**
 * Returns the keys that make two runs different ones, in the order of the config; `data` for the content of the
 * names file. A key that only one of them has counts where nothing else differs: a newer version may have added it.
 */
export function differencesOf(first: Identified, second: Identified): Difference[] {
  const [ofFirst, ofSecond] = bothSettings(first.config, second.config);
  const keys = [...new Set([...ofSecond.keys(), ...ofFirst.keys()])].filter(isDecisive);
  const differing = keys
    .map((key) => {
      const [a, b] = [ofFirst, ofSecond].map(
        (own) => own.get(key) ?? usualSetting(key, own.has("model.layers")),
      );
      return { key, a, b };
    })
    .filter(({ a, b }) => a?.id !== b?.id);
  const inBoth = differing.filter(({ a, b }) => a !== undefined && b !== undefined);
  const found = inBoth.length > 0 ? inBoth : differing;
  const isOtherData = first.dataHash !== second.dataHash;
  const areKnown = first.dataHash !== null && second.dataHash !== null;
  const data = { key: "data", first: first.dataHash, second: second.dataHash };
  return [
    ...(isOtherData && (areKnown || found.length === 0) ? [data] : []),
    ...found.map(({ key, a, b }) => ({ key, first: a?.value, second: b?.value })),
  ];
}

type Settings = ReadonlyMap<string, Setting>;

function bothSettings(first: string, second: string): readonly [Settings, Settings] {
  const both = [first, second].map((config) => ({ settings: settingsOf(config) }));
  const [ofFirst = new Map(), ofSecond = new Map()] = withSameKeys(both).map(
    ({ settings }): Settings => new Map(settings.map((one) => [one.key, one])),
  );
  return [ofFirst, ofSecond];
}

function settingsOf(config: string): readonly Setting[] {
  try {
    return flatSettings(JSON.parse(config));
  } catch {
    return [];
  }
}
