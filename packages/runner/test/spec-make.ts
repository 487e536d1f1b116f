import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GridConfig, Overrides } from "../src/config/config.ts";
import { ConfigError } from "../src/config/config-error.ts";
import { loadConfig } from "../src/grid/load-config.ts";

/** A file `a.yaml` with this text in a folder of its own. */
export function writeConfig(text: string | Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), "ablate-spec-")), "a.yaml");
  writeFileSync(path, text);
  return path;
}

/** Loads `text`; without a `data` key of its own it gets one in its last line. */
export function load(text: string, overrides: Overrides = {}): GridConfig {
  return loadConfig(writeConfig(withData(text)), overrides);
}

/** The lines of the ConfigError that loading gives, with `a.yaml` for the file's path. */
export function errorsOf(text: string, overrides: Overrides = {}): string[] {
  return errorsOfFile(writeConfig(withData(text)), overrides);
}

export function errorsOfFile(path: string, overrides: Overrides = {}): string[] {
  try {
    loadConfig(path, overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.replaceAll(path, "a.yaml").split("\n");
  }
  return [];
}

function withData(text: string): string {
  return /^(data|\{)/m.test(text) ? text : `${text}\ndata: { file: names.txt }\n`;
}

/** A value of a config, by its path; undefined where there is none. */
export function setting(config: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? new Map(Object.entries(value)).get(key)
        : undefined,
    config,
  );
}
