/** What makes configs of several versions and spellings comparable. */
import { type Configured, isRecorded } from "./factors.ts";
import { withOneNorm } from "./one-norm.ts";
import { settingOfKey } from "./settings.ts";

/** What a config means that does not say how its names were read: an older version, or a file for which it is the same. */
const UNSAID: Readonly<Record<string, string>> = {
  "data.separator": "whitespace",
  "data.end": ".",
};

/** Gives runs the same keys for the same facts, so that they can be compared: how names were read, and the norm. */
export function withSameKeys<R extends Keyed>(runs: readonly R[]): readonly R[] {
  const read = withReading(runs);
  const before = read.map(({ settings, source = null }) => (source === null ? settings : []));
  const settings = withOneNorm(before, settingOfKey);
  if (settings === before) return read;
  return read.map((run, i) =>
    isRecorded(run) ? run : { ...run, settings: settings[i] ?? run.settings },
  );
}

type Keyed = Pick<Configured, "settings" | "source">;

/** Gives every run of ours the settings of how its names were read that any of them has. */
function withReading<R extends Keyed>(runs: readonly R[]): readonly R[] {
  const said = Object.entries(UNSAID).filter(([key]) =>
    runs.some((run) => !isRecorded(run) && run.settings.some((one) => one.key === key)),
  );
  if (said.length === 0) return runs;
  return runs.map((run) => {
    if (isRecorded(run)) return run;
    const missing = said.filter(([key]) => run.settings.every((one) => one.key !== key));
    const added = missing.map(([key, value]) => settingOfKey(key, value));
    return added.length === 0 ? run : { ...run, settings: [...run.settings, ...added] };
  });
}
