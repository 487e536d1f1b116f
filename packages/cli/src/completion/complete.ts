/**
 * What a shell asks for while a command line is being typed: `ablate complete -- WORD...`, the last word
 * being the unfinished one. Answers a candidate a line, a tab and what it is; never an error.
 */
import type { Command, Option } from "../command-line/command.ts";
import type { Terminal } from "../command-line/terminal.ts";
import { isVerb, VERBS } from "../verbs.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";

const EVERYWHERE: Readonly<Record<string, Option>> = {
  help: { type: "boolean", help: "show this help" },
};

export async function complete(words: readonly string[], terminal: Terminal): Promise<string> {
  try {
    const given = words[0] === "--" ? words.slice(1) : words;
    const current = given.at(-1) ?? "";
    const found = await candidates(given.slice(0, -1), current, terminal);
    return found
      .filter(({ value }) => value.startsWith(current))
      .map(({ value, text }) => `${value}\t${text}\n`)
      .join("");
  } catch {
    return "";
  }
}

async function candidates(
  before: readonly string[],
  current: string,
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  const [verb, ...typed] = before[0] === "help" ? before.slice(1) : before;
  if (verb === undefined) return verbs(before.length === 0);
  if (!isVerb(verb)) return [];
  const { command } = await VERBS[verb].load();
  const options = { ...command.options, ...EVERYWHERE };
  const line = readLine(typed, options);
  const store = storeOf(line, terminal);
  const inline = /^--([\w-]+)=/.exec(current);
  if (inline !== null) {
    const prefix = inline[0];
    const word = current.slice(prefix.length);
    const found = await valuesOf(options[inline[1] ?? ""], { word, store, terminal });
    return found.map(({ value, text }) => ({ value: prefix + value, text }));
  }
  if (line.open !== undefined) return valuesOf(line.open, { word: current, store, terminal });
  if (current.startsWith("-")) return flags(options, line);
  const kind = command.positionals[line.positionals] ?? command.completed ?? command.rest;
  return kind === undefined ? [] : candidatesFor(kind, { word: current, store, terminal });
}

function verbs(isFirst: boolean): readonly Candidate[] {
  const listed = Object.entries(VERBS).map(([value, { summary }]) => ({ value, text: summary }));
  if (!isFirst) return listed;
  return [
    ...listed,
    { value: "help", text: "explain a command" },
    { value: "--help", text: "list the commands" },
    { value: "--version", text: "say which version this is" },
  ];
}

type Line = {
  readonly given: ReadonlyMap<string, string>;
  readonly positionals: number;
  /** The option whose value comes next. */
  readonly open: Option | undefined;
};

/** Reads what stands before the unfinished word. */
function readLine(words: readonly string[], options: Readonly<Record<string, Option>>): Line {
  const given = new Map<string, string>();
  let positionals = 0;
  let name: string | undefined;
  for (const word of words) {
    if (name !== undefined) {
      given.set(name, word);
      name = undefined;
      continue;
    }
    const [, long, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const short = Object.keys(options).find((one) => `-${options[one]?.short}` === word);
    const option = long ?? short;
    if (option === undefined) positionals += 1;
    else if (options[option]?.type === "string" && inline === undefined) name = option;
    else given.set(option, inline ?? "");
  }
  return { given, positionals, open: name === undefined ? undefined : options[name] };
}

function storeOf({ given }: Line, { environment }: Terminal): string {
  return given.get("store") ?? (environment.ABLATE_STORE || "ablate.db");
}

async function valuesOf(
  option: Option | undefined,
  place: Parameters<typeof candidatesFor>[1],
): Promise<readonly Candidate[]> {
  if (option?.choices !== undefined) return choicesOf(option.choices, option, place.word);
  return option?.value === undefined ? [] : candidatesFor(option.value, place);
}

/** Of an option that takes a list, what the list has not yet. */
function choicesOf(
  choices: readonly string[],
  { multiple = false }: Option,
  word: string,
): readonly Candidate[] {
  const listed = multiple ? word.split(",").slice(0, -1) : [];
  const before = listed.map((one) => `${one},`).join("");
  return choices
    .filter((value) => !listed.includes(value))
    .map((value) => ({ value: before + value, text: "" }));
}

function flags(options: Command["options"], { given }: Line): readonly Candidate[] {
  return Object.entries(options)
    .filter(([name, { multiple }]) => multiple === true || !given.has(name))
    .map(([name, { help }]) => ({ value: `--${name}`, text: help }));
}
