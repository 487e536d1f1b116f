/**
 * Answers what a shell asks for while a command line is being typed: `ablate complete -- WORD...`, the last word
 * being the unfinished one. Prints a candidate a line, a tab and what it is; never an error.
 */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { StoreReader } from "@ablate/store";
import { canonical, visible } from "@ablate/text";
import { VERBS, type Verb, verbNamed } from "../verbs.ts";
import { type Options, optionsOf, readArguments } from "./arguments.ts";
import type { Option } from "./command.ts";
import { completeSetting } from "./complete-setting.ts";
import { pathOf } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

type Candidate = { readonly value: string; readonly text: string };

type Place = {
  /** The word as far as it is typed. */
  readonly word: string;
  /** The word as the user wrote it. */
  readonly store: string;
  /** The config that the line names, as the user wrote it. */
  readonly config: string | undefined;
  readonly terminal: Terminal;
};

export async function complete(words: readonly string[], terminal: Terminal): Promise<string> {
  try {
    const given = words[0] === "--" ? words.slice(1) : words;
    const current = given.at(-1) ?? "";
    const found = await candidates(given.slice(0, -1), current, terminal);
    return (
      found
        // A shell would take a line break or a tab in a name for the end of it.
        .map(({ value, text }) => ({ value: completed(current, value), text }))
        .filter(({ value }) => value.startsWith(current) && visible(value) === value)
        .map(({ value, text }) => `${value}\t${visible(text)}\n`)
        .join("")
    );
  } catch {
    return "";
  }
}

/** Returns a candidate that begins like the word in another Unicode form with the word as it was typed. */
function completed(word: string, value: string): string {
  const [typed, whole] = [canonical(word), canonical(value)];
  const isOtherForm = !value.startsWith(word) && whole.startsWith(typed);
  return isOtherForm ? word + whole.slice(typed.length) : value;
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
  const { given, words } = readArguments(typed, options, verb.mostRest > 1);
  const values = new Map(given.map((one) => [one.name, one.value]));
  const store = values.get("store") ?? (terminal.environment.ABLATE_STORE || "ablate.db");
  const config = words.find((word) => /\.ya?ml$/.test(word)) ?? configAmong(words, verb);
  const around = { store, config, terminal };
  const inline = /^--([\w-]+)=/.exec(current);
  if (inline !== null) {
    const prefix = inline[0];
    const word = current.slice(prefix.length);
    const found = await valuesOf(options[inline[1] ?? ""], { word, ...around });
    return found.map(({ value, text }) => ({ value: prefix + value, text }));
  }
  const place = { word: current, ...around };
  const last = given.at(-1);
  const open = last?.value === undefined ? options[last?.name ?? ""] : undefined;
  if (open?.value !== undefined) return valuesOf(open, place);
  const kind = verb.positionals[words.length] ?? command.completed ?? verb.rest;
  // A filter may begin with a dash, as -tag:old does.
  const isFlag = current.startsWith("-") && !(kind === "FILTER" && /^-\w/.test(current));
  if (isFlag) return flags(options, new Set(values.keys()));
  return kind === undefined ? [] : candidatesFor(kind, place);
}

/** Returns the word that stands where a verb takes a config. */
function configAmong(words: readonly string[], { positionals }: Verb): string | undefined {
  const config = words[positionals.indexOf("CONFIG")];
  return config === "-" ? undefined : config;
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

async function valuesOf(option: Option | undefined, place: Place): Promise<readonly Candidate[]> {
  const { choices, value, multiple = false } = option ?? {};
  if (choices === undefined) return value === undefined ? [] : candidatesFor(value, place);
  // Of an option that takes a list, what the list has not yet.
  const listed = multiple ? place.word.split(",").slice(0, -1) : [];
  const before = listed.map((one) => `${one},`).join("");
  return choices
    .filter((choice) => !listed.includes(choice))
    .map((choice) => ({ value: before + choice, text: "" }));
}

function flags(options: Options, given: ReadonlySet<string>): readonly Candidate[] {
  return Object.entries(options)
    .filter(([name, { multiple }]) => multiple === true || !given.has(name))
    .map(([name, { help }]) => ({ value: `--${name}`, text: help }));
}

type Source = (place: Place) => Promise<readonly Candidate[]> | readonly Candidate[];

/** What a word may be, by what the help calls it. */
const SOURCES: Readonly<Record<string, Source>> = {
  RUN: (place) => queried(place, "select run, state from runs"),
  GRID: (place) =>
    queried(place, `select "grid", count(*) || ' runs' from grid_runs group by "grid"`),
  TAG: (place) => queried(place, "select distinct tag, '' from tags order by tag"),
  TRASHED: (place) =>
    fromStore(place, (reader) =>
      reader.trash().map(({ name, kind }) => ({ value: name, text: kind })),
    ),
  KEY: async (place) => {
    const { comparedRuns, differingKeys } = await import("@ablate/store");
    return fromStore(place, (reader) =>
      differingKeys(comparedRuns(reader.runs(), new Map())).map((value) => ({ value, text: "" })),
    );
  },
  FILTER: filters,
  "KEY=VALUE": ({ word, config, terminal: { folder, environment } }) =>
    completeSetting({
      word,
      config: config === undefined ? undefined : resolve(folder, home(config)),
      environment,
    }),
  CONFIG: (place) => files(place, /\.ya?ml$/),
  STORE: (place) => files(place, /\.(?:db|sqlite3?)$/),
  FILE: (place) => files(place, /./),
  PATH: (place) => files(place, /./),
  SHELL: () => ["bash", "zsh", "fish"].map((value) => ({ value, text: "" })),
};

/** Words that stand for several of these. */
const SEVERAL: Readonly<Record<string, string>> = {
  A: "RUN|CONFIG",
  B: "RUN|CONFIG",
};

/** @param kind - as in a usage line: `RUN|GRID`, `CONFIG`; of an unknown one nothing is known */
async function candidatesFor(kind: string, place: Place): Promise<readonly Candidate[]> {
  const kinds = kind.split("|").flatMap((one) => (SEVERAL[one] ?? one).split("|"));
  const found = await Promise.all(kinds.map((one) => SOURCES[one]?.(place) ?? []));
  return [...new Map(found.flat().map((one) => [one.value, one])).values()];
}

/** Returns what may stand in a filter, for the last term of it: a grid, a run, a tag as `tag:good`. */
async function filters(place: Place): Promise<readonly Candidate[]> {
  const [before = "", term = ""] = /^(.*[\s(])?(.*)$/s.exec(place.word)?.slice(1) ?? [];
  const inTerm = { ...place, word: term };
  const names = await candidatesFor("GRID|RUN", inTerm);
  const tags = await candidatesFor("TAG", inTerm);
  const not = term.startsWith("-") ? "-" : "";
  const tagged = tags.map(({ value }) => ({ value: `${not}tag:${value}`, text: "tag" }));
  return [...names, ...tagged].map(({ value, text }) => ({ value: before + value, text }));
}

/** Returns rows of a name and what it is. */
function queried(place: Place, sql: string): Promise<readonly Candidate[]> {
  return fromStore(place, (reader) =>
    reader.query(sql).rows.map(([value, text]) => ({ value: String(value), text: String(text) })),
  );
}

async function fromStore(
  { store, terminal }: Place,
  read: (reader: StoreReader) => readonly Candidate[],
): Promise<readonly Candidate[]> {
  const path = resolve(terminal.folder, pathOf(store, terminal));
  if (!existsSync(path)) return [];
  const { openReader } = await import("@ablate/store");
  const reader = openReader(path, { waitMs: 100 });
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

/** Returns files of the folder that is being typed, and the folders to go on to. */
function files({ word, terminal }: Place, wanted: RegExp): readonly Candidate[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  const path = resolve(terminal.folder, home(folder));
  if (!existsSync(path)) return [];
  const isHiddenAsked = word.slice(folder.length).startsWith(".");
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => isHiddenAsked || !name.startsWith("."))
    .filter((entry) => entry.isDirectory() || wanted.test(entry.name))
    .map((entry) => ({
      value: `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`,
      text: "",
    }));
}

function home(path: string): string {
  return path.startsWith("~/") ? `${homedir()}${path.slice(1)}` : path;
}
