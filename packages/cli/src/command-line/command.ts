import type { Flags } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** A flag of a command: what it takes and one line of help. */
export type Option = {
  readonly multiple?: boolean;
  /** One letter that stands for it: `-o`. */
  readonly short?: string;
  /** All values that it takes, where they are few: shells complete them, in a list of an option that is `multiple`. */
  readonly choices?: readonly string[];
  /** What the help calls its value; shells complete FILE, PATH, RUN and GRID. Without one the flag takes none. */
  readonly value?: string;
  /** The variable of the environment that has its value where it is given without one. */
  readonly variable?: string;
  readonly help: string;
};

export type Invocation = {
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly version: string;
};

/** A row of a help page: a command, an exit code, a variable, and what it means. */
export type HelpRow = readonly [left: string, text: string];

/** All that is known of a verb beside its line in the registry; parsing, help and completion come from both. */
export type Command = {
  /** The help, or its paragraphs; wrapped when they are printed. */
  readonly about: string | readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** A command and what it does. */
  readonly examples: readonly HelpRow[];
  /** Exit codes beside 0 and 2, and what they mean here. */
  readonly exits?: readonly HelpRow[];
  /** Variables of the environment beside ABLATE_STORE and NO_COLOR. */
  readonly environment?: readonly HelpRow[];
  /** Pages and verbs to go on with. */
  readonly see: readonly string[];
  /** What shells complete the words after the positional arguments by, where the usage calls them otherwise. */
  readonly completed?: string;
  /** Does the work, prints, and returns the exit code. */
  readonly run: (invocation: Invocation) => Promise<number> | number;
};
