/** Settings that loggers and training scripts write into files beside their metrics. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "@ablate/store";
import { parse } from "yaml";

export type Config = Readonly<Record<string, unknown>>;

/** Lightning's, Ultralytics', Ray Tune's, Hydra's, and what scripts call theirs. */
const NAMES = [
  ...["hparams.yaml", "args.yaml", "params.json", ".hydra/config.yaml"],
  ...["config.yaml", "config.yml", "config.json", "args.json", "hparams.json"],
];

/** Larger files are no settings. */
const MOST_BYTES = 1024 * 1024;

/** Settings of one folder, and a text that differs where they do. */
export type Settings = { readonly config: Config; readonly digest: string };

const NONE: Settings = { config: {}, digest: "" };

/** Reads the first file of settings that a folder has; what cannot be read as such are no settings. */
export function settingsIn(folder: string): Settings {
  for (const name of NAMES) {
    const path = join(folder, name);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0 || size > MOST_BYTES) continue;
    try {
      const text = readFileSync(path, "utf8");
      const config = parsed(text);
      if (isMap(config)) return { config, digest: createHash("sha1").update(text).digest("hex") };
    } catch {
      // A file that is being written, or of something else, by such a name.
    }
  }
  return NONE;
}

/** Reads YAML, of which JSON is a part; objects of Python are what they are made of. */
function parsed(text: string): unknown {
  return parse(text, { logLevel: "silent", maxAliasCount: 1000 });
}
