/** Completes `KEY=VALUE` of `--set`: keys of the config on the line, or of all configs, then names of values. */
import { existsSync } from "node:fs";

type Setting = {
  /** The word as far as it is typed. */
  readonly word: string;
  /** Absolute path of the config on the line. */
  readonly config: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

type Candidate = { readonly value: string; readonly text: string };

export async function completeSetting(setting: Setting): Promise<readonly Candidate[]> {
  const { word } = setting;
  const equals = word.indexOf("=");
  return equals < 0 ? keysFor(setting) : namesFor(word.slice(0, equals), word.slice(equals + 1));
}

/** Returns the keys that the config gives; all there are where none of these begins like the word. */
async function keysFor({ word, config, environment }: Setting): Promise<readonly Candidate[]> {
  const { ConfigError, givenKeys, settingKeys } = await import("@ablate/runner");
  const own = () => {
    try {
      return config !== undefined && existsSync(config) ? givenKeys(config, environment) : [];
    } catch (error) {
      if (error instanceof ConfigError) return [];
      throw error;
    }
  };
  const given = own().filter(({ key }) => key.startsWith(word));
  const keys = given.length > 0 ? given : settingKeys();
  return keys.map(({ key, text }) => ({ value: `${key}=`, text }));
}

/** Returns the values that have names, of several those that are not given yet. */
async function namesFor(key: string, typed: string): Promise<readonly Candidate[]> {
  const { settingNames } = await import("@ablate/runner");
  const given = typed.split(",").slice(0, -1);
  const before = given.map((one) => `${one},`).join("");
  return settingNames(key)
    .filter((name) => !given.includes(name))
    .map((name) => ({ value: `${key}=${before}${name}`, text: "" }));
}
