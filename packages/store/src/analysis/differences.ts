/** What makes one run another than a second one. */
import { isDecisive, isRecorded, settingOf } from "./factors.ts";
import { withSameKeys } from "./reading.ts";
import { flatSettings, type Setting } from "./settings.ts";

/** A run as far as its identity goes. */
export type Identified = {
  /** Its resolved config as JSON. */
  readonly config: string;
  /** Identity of its data; null where that is not known, as of a run that never started. */
  readonly dataHash: string | null;
  /** The format of the log that it is recorded from; null, or left out, where its config is one of ours. */
  readonly source?: string | null;
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
  const both = bothConfigured(first, second);
  const areRecorded = both.every(isRecorded);
  const keys = both.flatMap(({ settings }) => settings.map(({ key }) => key));
  const differing = [...new Set(keys)]
    .filter((key) => isDecisive(key, areRecorded))
    .map((key) => {
      const [b, a] = both.map((run) => settingOf(run, key));
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

/** Returns the second one first: its keys come first. */
function bothConfigured(first: Identified, second: Identified) {
  return withSameKeys(
    [second, first].map(({ config, source = null }) => ({
      settings: settingsOf(config, source),
      source,
    })),
  );
}

function settingsOf(config: string, source: string | null): readonly Setting[] {
  try {
    return flatSettings(JSON.parse(config), source);
  } catch {
    return [];
  }
}
