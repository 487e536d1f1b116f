/** What a typed command is, and what its handlers share. */
import { hint } from "@ablate/text";
import type { Effect, State } from "../state/state.ts";
import type { Tone } from "../text/line.ts";
import type { Context } from "../views/view.ts";

/** A command: the one table of them is what help, completion, flags of `ablate ui` and documentation are made of. */
export type Command = {
  readonly name: string;
  /** Other words for it. */
  readonly aliases?: readonly string[];
  /** What follows it, for people; empty where nothing does. */
  readonly usage: string;
  readonly help: string;
  /** Something right to follow the name. */
  readonly example: string;
  /** Whether `ablate ui` has a flag of this name. */
  readonly isFlag?: boolean;
  /** What can be typed after the words that are there. */
  readonly complete?: (words: readonly string[], context: Seen) => readonly Candidate[];
  /** @throws CommandError - if what follows the name makes no sense */
  readonly run: (state: State, text: string, context: Context) => State | Effect;
};

/** What completion looks at. */
export type Seen = Pick<Context, "scene">;

/** What is looked for at a place of a line, and among what. */
export type Place = {
  readonly from: number;
  readonly word: string;
  readonly all: readonly Candidate[];
};

/** What may be typed, what it is, and what value it has. */
export type Candidate = {
  readonly text: string;
  readonly what?: string;
  readonly value?: string;
  /** The colour of a sign before it. */
  readonly tone?: Tone;
};

/** A command that makes no sense, with what would. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Splits what follows a command at spaces; quotes hold words together. */
export function wordsOf(text: string): string[] {
  const words = text.matchAll(/"([^"]*)"?|'([^']*)'?|(\S+)/g);
  return [...words].map(([, double, single, plain]) => double ?? single ?? plain ?? "");
}

/** Returns the one of several words that is meant. @throws CommandError - if it is none of them */
export function oneOf<T extends string>(word: string, all: readonly T[], what: string): T {
  const wanted = word.toLowerCase();
  const found = all.find((one) => one.toLowerCase() === wanted);
  if (found !== undefined) return found;
  if (word === "") throw new CommandError(`${what} is missing: ${all.slice(0, 12).join(", ")}`);
  throw new CommandError(`there is no ${what} "${word}"${hint(word, all)}`);
}

/** What follows a command that takes something up or leaves it. */
export const ON_OFF = ["on", "off"] as const;

/** Makes candidates of words. */
export function candidates(words: readonly string[], what: string): Candidate[] {
  return words.map((text) => ({ text, what }));
}

/** Whether the command acts on the scene of a view of one run. */
export function isOfOneRun({ view }: Context): boolean {
  return view.isOfOneRun === true;
}
