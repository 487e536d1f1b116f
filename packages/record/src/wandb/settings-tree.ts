/** Settings that are said one by one, each by the keys that lead to it. */
import { isMap } from "@ablate/store";
import type { Path } from "./record-walk.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Returns settings with one of them set, or, where its value is undefined, without it. */
export function withSetting(settings: Settings, [key, ...others]: Path, value: unknown): Settings {
  if (key === undefined) return settings;
  const { [key]: before, ...rest } = settings;
  if (others.length > 0) {
    return { ...settings, [key]: withSetting(isMap(before) ? before : {}, others, value) };
  }
  return value === undefined ? rest : { ...settings, [key]: value };
}
