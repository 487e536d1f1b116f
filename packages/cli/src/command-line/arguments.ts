/** Reads the arguments of one verb, whole or as far as they are typed. */

import { parseArgs } from "node:util";
import { closest } from "@ablate/text";
import type { Verb } from "../verbs.ts";
import type { Command, Option } from "./command.ts";
import { UnknownFlagError, UsageError } from "./errors.ts";
import { Flags } from "./flags.ts";
import { type PathPlace, pathOf } from "./paths.ts";

export type Options = Command["options"];

/** Returns the flags of a command, with the one that all have. */
export function optionsOf({ options }: Command): Options {
  return { ...options, help: { short: "h", help: "show this help" } };
}

/** A flag as it was given, known or not. */
type Given = {
  readonly name: string;
  /** The flag with its dashes, as typed. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value stands behind an equals sign. */
  readonly inlineValue?: boolean | undefined;
  /** Where it stands among the words. */
  readonly index: number;
};

/**
 * Tells flags from words; judges neither.
 *
 * @param hasRest - whether the verb takes any number of words: then one may begin with a dash, as `-tag:old` does
 */
export function readArguments(
  argv: readonly string[],
  options: Options,
  hasRest: boolean,
): { readonly given: readonly Given[]; readonly words: readonly string[] } {
  const { tokens } = parseArgs({
    args: argv.map((word, i) => withoutValue(word, argv[i + 1], options)),
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, short }]) => {
        const type = value === undefined ? ("boolean" as const) : ("string" as const);
        return [name, { type, multiple: true, ...(short === undefined ? {} : { short }) }];
      }),
    ),
    strict: false,
    tokens: true,
  });
  const given: Given[] = [];
  const words = new Map<number, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const word = argv[token.index] ?? "";
    // No flag has a space in its name, as an SQL comment has.
    const isWord = (name: string): boolean => !name.startsWith("--") || /\s/.test(name);
    if (token.kind === "positional") words.set(token.index, word);
    else if (hasRest && options[token.name] === undefined && isWord(token.rawName))
      words.set(token.index, word);
    else given.push(token);
  }
  return { given, words: [...words.values()] };
}

/** Gives an empty value to a flag that may stand without one, where it does: before another flag, or as the last word. */
function withoutValue(word: string, next: string | undefined, options: Options): string {
  const isAlone = next === undefined || next.startsWith("-");
  const name = word.startsWith("--") ? word.slice(2) : "";
  return isAlone && options[name]?.variable !== undefined ? `${word}=` : word;
}

/**
 * Reads the arguments of one verb; every mistake is a sentence that says what to type instead.
 *
 * @param around - where paths begin, and the variables that they may name
 */
export function parseFlags(
  verb: Verb,
  command: Command,
  { argv, ...around }: PathPlace & { readonly argv: readonly string[] },
): Flags {
  const { positionals, mostRest } = verb;
  const options = optionsOf(command);
  const { given, words } = readArguments(argv, options, mostRest > 1);
  const values = new Map<string, string[]>();
  for (const one of given) {
    if (options[one.name] === undefined) throw unknownFlag(one, verb, { options, argv });
    const value = checkedValue(one, options);
    const path = ofKind(options[one.name]?.value, value, { ...around, name: one.rawName });
    values.set(one.name, [...(values.get(one.name) ?? []), path]);
  }
  const count = positionals.length;
  if (!values.has("help")) {
    const missing = positionals[words.length];
    const extra = words[count + mostRest];
    const usage = `usage: ${usageOf(verb)}`;
    if (missing !== undefined) throw new UsageError(`${missing} is missing; ${usage}`);
    if (extra !== undefined) {
      const isSetting = "set" in options && /^[\w.]+=/.test(extra);
      const hint = isSetting ? `write --set ${extra}` : usage;
      throw new UsageError(`unexpected argument "${extra}"; ${hint}`);
    }
  }
  return new Flags(
    values,
    words.slice(0, count).map((word, i) => ofKind(positionals[i], word, around)),
    words.slice(count).map((word) => ofKind(verb.rest, word, around)),
  );
}

/** What usages call words that are paths and nothing else. */
const PATHS: ReadonlySet<string> = new Set(["FILE", "PATH", "CONFIG"]);

/** Returns a word with its variables replaced where it is a path. */
function ofKind(kind: string | undefined, word: string, around: PathPlace): string {
  return kind === undefined || !PATHS.has(kind) ? word : pathOf(word, around);
}

function unknownFlag(
  { name, rawName, value, index }: Given,
  { name: verb }: Verb,
  { options, argv }: { readonly options: Options; readonly argv: readonly string[] },
): UnknownFlagError {
  const guess = closest(name, Object.keys(options));
  const hint = guess === null ? `see \`ablate ${verb} --help\`` : `did you mean --${guess}?`;
  const next = argv[index + 1];
  return new UnknownFlagError(`${verb} has no flag ${rawName}; ${hint}`, {
    flag: rawName,
    value: value ?? (next?.startsWith("-") ? undefined : next),
  });
}

function checkedValue({ name, rawName, value, inlineValue }: Given, options: Options): string {
  const option: Option | undefined = options[name];
  if (option?.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return "";
  }
  if (value === undefined || (inlineValue !== true && value.startsWith("--"))) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
  }
  return value;
}

/** Returns how a verb is called: `ablate runs [FILTER...]`. */
export function usageOf({ name, positionals, rest, mostRest }: Verb): string {
  const words = rest === undefined ? [] : [`[${rest}${mostRest > 1 ? "..." : ""}]`];
  return ["ablate", name, ...positionals, ...words].join(" ");
}
