import { parseArgs } from "node:util";
import { closest } from "../print/closest.ts";
import type { Command, Flags, Option } from "./command.ts";
import { UsageError } from "./errors.ts";

const HELP: Option = { type: "boolean", help: "show this help" };

/** Reads the arguments of one verb; every mistake is a sentence that says what to type instead. */
export function parseFlags({
  verb,
  command,
  argv,
}: {
  readonly verb: string;
  readonly command: Command;
  readonly argv: readonly string[];
}): Flags {
  const known: Readonly<Record<string, Option>> = { ...command.options, help: HELP };
  const config = Object.fromEntries(
    Object.entries(known).map(([name, { type, short }]) => [
      name,
      { type, multiple: true, ...(short === undefined ? {} : { short }) },
    ]),
  );
  const { tokens } = parseArgs({
    args: argv.map((argument) => (argument === "-h" ? "--help" : argument)),
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const values = new Map<string, string[]>();
  const words = new Map<number, string>();
  for (const token of tokens) {
    if (token.kind === "positional") words.set(token.index, token.value);
    if (token.kind !== "option") continue;
    const isWord = command.rest !== undefined && known[token.name] === undefined;
    // No flag has a space in its name, as an SQL comment has.
    if (isWord && (!token.rawName.startsWith("--") || /\s/.test(token.rawName))) {
      words.set(token.index, argv[token.index] ?? "");
      continue;
    }
    const value = checkedValue(token, known[token.name], { verb, names: Object.keys(known) });
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  const given = [...words.values()];
  if (!values.has("help")) checkPositionals(verb, command, given);
  const count = command.positionals.length;
  return new ParsedFlags(values, given.slice(0, count), given.slice(count));
}

type OptionToken = {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
};

function checkedValue(
  { name, rawName, value, inlineValue }: OptionToken,
  option: Option | undefined,
  { verb, names }: { readonly verb: string; readonly names: readonly string[] },
): string {
  if (option === undefined) {
    const guess = closest(name, names);
    const hint = guess === null ? `see \`ablate ${verb} --help\`` : `did you mean --${guess}?`;
    throw new UsageError(`${verb} has no flag ${rawName}; ${hint}`);
  }
  if (option.type === "boolean") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return "";
  }
  if (value === undefined || (inlineValue !== true && value.startsWith("--"))) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value ?? "VALUE"}`);
  }
  return value;
}

function checkPositionals(verb: string, command: Command, given: readonly string[]): void {
  const { positionals, rest } = command;
  const usage = usageOf(verb, command);
  const missing = positionals[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing; usage: ${usage}`);
  const extra = given[positionals.length];
  if (extra !== undefined && rest === undefined)
    throw new UsageError(`unexpected argument "${extra}"; usage: ${usage}`);
}

/** How a verb is called: `ablate runs [FILTER...]`. */
export function usageOf(
  verb: string,
  { positionals, rest }: Pick<Command, "positionals" | "rest">,
): string {
  const words = rest === undefined ? [] : [`[${rest}...]`];
  return ["ablate", verb, ...positionals, ...words].join(" ");
}

class ParsedFlags implements Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];

  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    positionals: readonly string[],
    rest: readonly string[],
  ) {
    this.#values = values;
    this.positionals = positionals;
    this.rest = rest;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  count(name: string, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text.replaceAll("_", ""));
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
      throw new UsageError(`--${name} takes a whole number of at least ${least}, not "${text}"`);
    }
    return value;
  }
}
