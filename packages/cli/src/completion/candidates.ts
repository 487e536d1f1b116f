/** What a word may be, by what the help calls it. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { StoreReader } from "@ablate/store";
import type { Terminal } from "../command-line/terminal.ts";

export type Candidate = { readonly value: string; readonly text: string };

type Place = {
  /** As far as it is typed. */
  readonly word: string;
  /** As the user wrote it. */
  readonly store: string;
  readonly terminal: Terminal;
};

type Source = (place: Place) => Promise<readonly Candidate[]> | readonly Candidate[];

const SOURCES: Readonly<Record<string, Source>> = {
  RUN: (place) => fromStore(place, (reader) => names(reader, RUNS)),
  GRID: (place) => fromStore(place, (reader) => names(reader, GRIDS)),
  FILTER: (place) =>
    fromStore(place, (reader) => [...names(reader, GRIDS), ...names(reader, RUNS)]),
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
  TAG: (place) => fromStore(place, (reader) => names(reader, TAGS)),
  CONFIG: (place) => files(place, /\.ya?ml$/),
  STORE: (place) => files(place, /\.(?:db|sqlite3?)$/),
  FILE: (place) => files(place, /./),
  PATH: (place) => files(place, /./),
  SHELL: () => ["bash", "zsh", "fish"].map((value) => ({ value, text: "" })),
  A: async (place) => [
    ...(await fromStore(place, (reader) => names(reader, RUNS))),
    ...files(place, /\.ya?ml$/),
  ],
};

/** @param kind - as in a usage line: `RUN|GRID`, `CONFIG`; of an unknown one nothing is known */
export async function candidatesFor(kind: string, place: Place): Promise<readonly Candidate[]> {
  const sources = kind.split("|").map((one) => SOURCES[one === "B" ? "A" : one]);
  const found = await Promise.all(sources.map((source) => source?.(place) ?? []));
  return [...new Map(found.flat().map((one) => [one.value, one])).values()];
}

const RUNS = "select run, state from runs";
const GRIDS = `select "grid", count(*) || ' runs' from grid_runs group by "grid"`;
const TAGS = "select distinct tag, '' from tags order by tag";

function names(reader: StoreReader, sql: string): Candidate[] {
  return reader
    .query(sql)
    .rows.map(([value, text]) => ({ value: String(value), text: String(text) }));
}

async function fromStore(
  { store, terminal }: Place,
  read: (reader: StoreReader) => readonly Candidate[],
): Promise<readonly Candidate[]> {
  const path = resolve(terminal.folder, home(store));
  if (!existsSync(path)) return [];
  const { openReader } = await import("@ablate/store");
  const reader = openReader(path, { waitMs: 100 });
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

/** Files of the folder that is being typed, and the folders to go on to. */
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
