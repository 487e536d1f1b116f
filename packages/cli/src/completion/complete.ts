/**
 * What a shell asks for while a command line is being typed: `ablate complete -- WORD...`, the last word
 * being the unfinished one. Answers a candidate a line, a tab and what it is; never an error.
 */
import { type Options, optionsOf, readArguments } from "../command-line/arguments.ts";
import type { Option } from "../command-line/command.ts";
import type { Terminal } from "../command-line/terminal.ts";
import { VERBS, verbNamed } from "../verbs.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";

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
  const [name, ...typed] = before[0] === "help" ? before.slice(1) : before;
  if (name === undefined) return verbs(before.length === 0);
  const verb = verbNamed(name);
  if (verb === undefined) return [];
  const { command } = await verb.load();
  const options = optionsOf(command);
  const { given, words } = readArguments(typed, options, verb.rest !== undefined);
  const values = new Map(given.map((one) => [one.name, one.value]));
  const store = values.get("store") ?? (terminal.environment.ABLATE_STORE || "ablate.db");
  const inline = /^--([\w-]+)=/.exec(current);
  if (inline !== null) {
    const prefix = inline[0];
    const word = current.slice(prefix.length);
    const found = await valuesOf(options[inline[1] ?? ""], { word, store, terminal });
    return found.map(({ value, text }) => ({ value: prefix + value, text }));
  }
  const place = { word: current, store, terminal };
  const last = given.at(-1);
  const open = last?.value === undefined ? options[last?.name ?? ""] : undefined;
  if (open?.type === "string") return valuesOf(open, place);
  if (current.startsWith("-")) return flags(options, new Set(values.keys()));
  const kind = verb.positionals[words.length] ?? command.completed ?? verb.rest;
  return kind === undefined ? [] : candidatesFor(kind, place);
}

function verbs(isFirst: boolean): readonly Candidate[] {
  const listed = VERBS.map(({ name, summary }) => ({ value: name, text: summary }));
  if (!isFirst) return listed;
  return [
    ...listed,
    { value: "help", text: "explain a command" },
    { value: "--help", text: "list the commands" },
    { value: "--version", text: "say which version this is" },
  ];
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

function flags(options: Options, given: ReadonlySet<string>): readonly Candidate[] {
  return Object.entries(options)
    .filter(([name, { multiple }]) => multiple === true || !given.has(name))
    .map(([name, { help }]) => ({ value: `--${name}`, text: help }));
}
