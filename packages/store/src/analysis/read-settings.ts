/** Reads the settings of many runs: what their configs share is taken apart once. */
import { storedMap } from "../reading/stored-json.ts";
import { flatSettings, type Setting, settingOfKey } from "./settings.ts";

/** A run as far as its config is stored. */
type Stored = {
  /** Its resolved config as JSON. */
  readonly config: string;
  /** The format of the log that it is recorded from; null where its config is one of ours. */
  readonly source: string | null;
};

type Settings = readonly Setting[];

const KEY = '"seed":';

/** A number that JSON and JavaScript write alike, up to the end of the member. */
const SEED = /(0|[1-9]\d{0,14})(?=[,}])/y;

/** By settings those of the first config that was read which is the same but for its seed. */
const sharedBy = new WeakMap<Settings, Settings>();

/** Returns one list for all settings that were read and are the same but for the seed. */
export function sharedSettings(settings: Settings): Settings {
  return sharedBy.get(settings) ?? settings;
}

/** Makes a reader of the settings of runs; of configs that differ in the seed alone, the first is taken apart. */
export function settingsReader(): (run: Stored) => Settings {
  const known = new Map<string, { readonly first: Settings; readonly seedAt: number }>();
  const seeds = new Map<string, Setting>();
  return (run) => {
    const { id, seed } = seedApart(run);
    const before = known.get(id);
    const { first, seedAt } = before ?? placed(whole(run));
    if (before === undefined) known.set(id, { first, seedAt });
    if (before === undefined || seed === null) return first;
    if (seedAt < 0) return whole(run); // it is the seed of something else
    const own = seeds.get(seed) ?? settingOfKey("seed", Number(seed));
    seeds.set(seed, own);
    const settings = first.with(seedAt, own);
    sharedBy.set(settings, first);
    return settings;
  };
}

function whole({ config, source }: Stored): Settings {
  return flatSettings(storedMap(config, "config"), source);
}

function placed(first: Settings): { readonly first: Settings; readonly seedAt: number } {
  return { first, seedAt: first.findIndex(({ key }) => key === "seed") };
}

/** Takes the seed out of a config in which nothing else is called so; null where that cannot be told. */
export function seedApart({ config, source }: Stored): {
  readonly id: string;
  readonly seed: string | null;
} {
  const at = config.indexOf(KEY);
  SEED.lastIndex = at + KEY.length;
  const [seed = null] = at < 0 || config.includes(KEY, at + 1) ? [] : (SEED.exec(config) ?? []);
  if (seed === null) return { id: `${source}\n${config}`, seed };
  const rest = `${config.slice(0, at)}\n${config.slice(at + KEY.length + seed.length)}`;
  return { id: `${source}\n${rest}`, seed };
}
