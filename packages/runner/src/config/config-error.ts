/** Where something was written: a place in a file, or a whole option of the command line. */
export type Position = {
  /** The file's path, or the option as it was given (`--set train.steps=0`). */
  readonly source: string;
  /** Line from 1; null where the source is an option. */
  readonly line: number | null;
  readonly col: number | null;
};

export type Problem = Position & { readonly message: string };

/** A config is wrong. The message has one `file:line:col: message` line per problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];
  /** Texts of the files by path, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(problems: readonly Problem[], sources: ReadonlyMap<string, string> = new Map()) {
    super(problems.map((one) => `${positionText(one)}: ${one.message}`).join("\n"));
    this.problems = problems;
    this.sources = sources;
  }
}

/** Writes a place as terminals make links of: `file:line:col`, or the option. */
export function positionText({ source, line, col }: Position): string {
  return line === null ? source : `${source}:${line}:${col}`;
}

/** Returns the message for a key that its map has already. */
export function givenTwice(key: string, first: Position): string {
  return `${key}: given twice${first.line === null ? "" : `, first in line ${first.line}`}`;
}
