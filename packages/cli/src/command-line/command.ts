import type { Terminal } from "./terminal.ts";

/** A flag of a command: what it takes and one line of help. */
export type Option = {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  /** One letter that stands for it: `-o`. */
  readonly short?: string;
  /** All values that it takes, where they are few: shells complete them, in a list of an option that is `multiple`. */
  readonly choices?: readonly string[];
  /** What the help calls its value; shells complete FILE, PATH, RUN and GRID. */
  readonly value?: string;
  readonly help: string;
};

/** The parsed command line of one verb. */
export interface Flags {
  has(name: string): boolean;
  /** The last value given. */
  text(name: string): string | undefined;
  /** Every value given. */
  texts(name: string): readonly string[];
  /** A whole number of at least `least`. */
  count(name: string, least?: number): number | undefined;
  readonly positionals: readonly string[];
  /** The words after the positional arguments. */
  readonly rest: readonly string[];
}

export type Invocation = {
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly version: string;
};

/** A verb of the command line. */
export type Command = {
  /** Positional arguments as the help shows them; all are required. */
  readonly positionals: readonly string[];
  /** What the help calls any number of words after them, one of which may begin with a `-`. */
  readonly rest?: string;
  /** What shells complete those words by, where it is not what the help calls them. */
  readonly completed?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Lines for the help: a command and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does the work, prints, and returns the exit code. */
  readonly run: (invocation: Invocation) => Promise<number> | number;
};
