/** What docs/json.md says of each key that `--json` prints, and how that is checked. */
import { page, sections, tableRows } from "./documents.ts";

type Rule = { readonly type: string; readonly nulls: string };
type Leaf = { readonly key: string; readonly value: unknown };

/** The sections of the page, by verb. */
export const documented: ReadonlyMap<string, string> = sections(page("docs/json.md"));

/** Verbs that need a Postgres. */
export const OF_MACHINES: ReadonlySet<string> = new Set(["worker", "workers"]);

/** Events of `run` that need one. */
export const REMOTE_EVENTS: readonly string[] = [
  "database",
  "workers",
  "placed",
  "evicted",
  "outbox",
];

/** Their keys are those of docs/config.md. */
const OPAQUE: ReadonlySet<string> = new Set([
  ...["config", "a", "b", "settings", "within"],
  ...["because[].stored", "because[].planned"],
]);

/** What the tables of a section say of each key; `show` has those of `runs` too. */
export function rulesOf(verb: string): ReadonlyMap<string, Rule> {
  const section = documented.get(verb) ?? "";
  const rows = ["key", "event", "kind"].flatMap((head) => tableRows(section, head));
  const all = rows.flatMap((row): [string, Rule][] => {
    const key = (row.get("key") ?? "").replaceAll("`", "");
    const rule = { type: row.get("type") ?? "", nulls: row.get("null") ?? "" };
    const events = row.get("event") ?? row.get("kind");
    if (events === undefined) return [[key, rule]];
    const names = events === "all" ? (EVENTS[verb] ?? []) : events.split(", ");
    return names.map((event) => [`${event}: ${key}`, rule]);
  });
  const watched = [...(verb === "watch" ? rulesOf("run") : [])].filter(
    ([key]) =>
      !/^(engine|kept|retried|storage|threads|unused|database|workers|evicted|outbox):/.test(key),
  );
  return new Map([...(verb === "show" ? rulesOf("runs") : []), ...watched, ...all]);
}

/** Verbs that print events. */
export const TELLING: ReadonlySet<string> = new Set(["run", "worker", "record", "watch"]);

/** What an event or a row of several kinds may be. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  run: [
    ...["planned", "skipped", "kept", "started", "unused", "engine", "threads", "progress"],
    ...["findings", "retried", "storage", "ended", "done", ...REMOTE_EVENTS],
  ],
  worker: [
    ...["connected", "waiting", "mismatch", "engine", "taken", "started", "progress", "ended"],
    ...["failed", "lost", "over", "database", "outbox", "leaving"],
  ],
  workers: ["coordinator", "worker", "outbox"],
  record: [
    ...["found", "recording", "progress", "ended", "unchanged", "held", "trouble", "storage"],
  ],
};

/** The same of what is printed without other machines. */
export function rulesHere(verb: string): ReadonlyMap<string, Rule> {
  const isRemote = (key: string): boolean => REMOTE_EVENTS.includes(key.split(":")[0] ?? "");
  return new Map([...rulesOf(verb)].filter(([key]) => !TELLING.has(verb) || !isRemote(key)));
}

export function leavesOf(row: Readonly<Record<string, unknown>>, verb: string): readonly Leaf[] {
  const leaves = flatten(row, "");
  const kind = TELLING.has(verb) ? row.event : verb === "workers" ? row.kind : undefined;
  return kind === undefined
    ? leaves
    : leaves.map(({ key, value }) => ({ key: `${kind}: ${key}`, value }));
}

/** Every value under its path; what an example leaves out is no value. */
function flatten(row: Readonly<Record<string, unknown>>, prefix: string): readonly Leaf[] {
  return Object.entries(row)
    .filter(([name]) => name !== "…")
    .flatMap(([name, value]): readonly Leaf[] => {
      const key = `${prefix}${name}`;
      if (OPAQUE.has(key)) return [{ key, value }];
      if (isObject(value)) return flatten(value, `${key}.`);
      if (!Array.isArray(value) || value.every((item) => !isObject(item))) {
        return Array.isArray(value) && value.length === 0 ? [] : [{ key, value }];
      }
      return value.filter(isObject).flatMap((item) => flatten(item, `${key}[].`));
    });
}

export function fits(value: unknown, { type, nulls }: Rule): boolean {
  if (value === null) return nulls !== "never";
  return TYPES[type]?.(value) ?? false;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  "whole number": Number.isSafeInteger,
  number: (value) => typeof value === "number" || /^-?Infinity$/.test(String(value)),
  "true or false": (value) => typeof value === "boolean",
  object: isObject,
  any: () => true,
  "JSON text": (value) => typeof value === "string" && isObject(JSON.parse(value)),
  "list of texts": (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string"),
  "list of numbers": (value) => Array.isArray(value) && value.every(Number.isFinite),
  "list of whole numbers": (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
};

export function lines(example: string): unknown[] {
  return example
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
