/** Configs that come with the program, which are written `builtin:NAME` wherever a config is named. */
import { basename, dirname } from "node:path";
import { configFile, configNames } from "@ablate/assets";
import { closest } from "@ablate/text";
import { ConfigError, type Position } from "./config-error.ts";

const PREFIX = "builtin:";

/**
 * Returns the path of the config that a word names, which is the word itself unless it begins with `builtin:`.
 *
 * @throws ConfigError - if no config of this name comes with the program
 */
export function pathOfConfig(word: string, at: Position = atStart(word)): string {
  if (!word.startsWith(PREFIX)) return word;
  const name = word.slice(PREFIX.length).replace(/\.ya?ml$/, "");
  const names = configNames();
  if (names.includes(name)) return configFile(name);
  const near = closest(name, names);
  const hint = near === null ? `there are ${names.join(", ")}` : `did you mean ${PREFIX}${near}?`;
  const named = at.line === null ? "" : `extends: ${word}: `;
  throw new ConfigError([{ ...at, message: `${named}no such built-in config; ${hint}` }]);
}

/** Returns how the config that is not at a path is written, where one of this name comes with the program. */
export function builtinLike(path: string): string | null {
  const name = basename(path).replace(/\.ya?ml$/, "");
  const inFolder = `${basename(dirname(path))}/${name}`;
  const found = configNames().find((one) => one === name || one === inFolder);
  return found === undefined ? null : `${PREFIX}${found}`;
}

function atStart(source: string): Position {
  return { source, line: null, col: null };
}
