/** Paths as people write them: with `~` and variables of the environment. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A path asks for what the environment does not have. */
export class PathError extends Error {
  override readonly name = "PathError";
}

const WITH_VARIABLE = /\$(?:(?<dollar>\$)|(?<name>[A-Za-z_]\w*)|\{(?<inside>[^}]*)(?<end>\}?))/g;

/**
 * Returns a path with the home folder for `~`, and values of the environment for `$NAME` and `${NAME}`; `$$` is a `$`. What
 * is there as it is written is left so.
 *
 * @param from - where relative paths begin
 * @throws PathError - if a variable is not set, or none is named
 */
export function expandPath(
  written: string,
  { folder, environment }: { readonly folder: string; readonly environment: Environment },
): string {
  const isAsWritten = !/\$|^~(?:\/|$)/.test(written) || existsSync(resolve(folder, written));
  if (isAsWritten) return written;
  const path = written.replace(WITH_VARIABLE, (whole: string, ...match: unknown[]) => {
    const { dollar, name, inside, end } = Object(match.at(-1));
    if (dollar !== undefined) return "$";
    if (end === "") throw new PathError(`${whole}: a } is missing; $$ is a $ of the name itself`);
    return variableOf(name ?? inside, whole, environment);
  });
  return path.replace(/^~(?=\/|$)/, () => environment.HOME || homedir());
}

function variableOf(name: string, whole: string, environment: Environment): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new PathError(`${whole}: expected the name of a variable of the environment`);
  }
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && value !== "") return value;
  const state = value === undefined ? "not set" : "empty";
  throw new PathError(`the variable ${name} is ${state}; $$ is a $ of the name itself`);
}

/** Writes a path so that it is read as this very path: `$` as `$$`, and no `~` at its start. */
export function literalPath(path: string): string {
  return path.replaceAll("$", "$$$$").replace(/^~(?=\/|$)/, "./~");
}
