/** Reads YAML text into a tree with positions. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLError,
} from "yaml";
import { ConfigError, givenTwice, type Position, type Problem } from "./config-error.ts";
import { type Entry, type MapNode, mapNode, type Node } from "./tree.ts";

/** Values that aliases may add to a file: a file that doubles itself by aliases is refused. */
const MAX_ALIASED = 10_000;

/** Maps and lists in each other; no config needs more than a handful. */
const MAX_DEPTH = 100;

/**
 * @param source - the file's path, for positions
 * @throws ConfigError - if the text is no single YAML map with keys that differ
 */
export function readYaml(text: string, source: string): MapNode {
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(line, 1), col: Math.max(col, 1) };
  };
  const root = new Reader(parse(text, lines, place), place).readRoot();
  if (root.kind === "map") return root;
  const isEmpty = root.kind === "scalar" && root.value === null;
  const got = root.kind === "list" ? "a list" : "plain text";
  throw new ConfigError([
    isEmpty
      ? { source, line: 1, col: 1, message: "the file is empty, expected a config" }
      : { ...root.at, message: `not a config: expected a map of keys, got ${got}` },
  ]);
}

/**
 * Reads a value of the command line.
 *
 * @param at - where to say it is, and all that is in it
 */
export function readYamlValue(text: string, at: Position): Node {
  return new Reader(
    parse(text, new LineCounter(), () => at),
    () => at,
  ).readRoot();
}

type Place = (offset: number) => Position;

function parse(text: string, lineCounter: LineCounter, place: Place): Document.Parsed {
  const refuse = (offset: number, message: string): never => {
    throw new ConfigError([{ ...place(offset), message }]);
  };
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
    const error = document.errors[0] ?? document.warnings[0];
    const { yaml } = document.directives;
    const at = error?.pos[0] ?? 0;
    const bare = /^\$\{[^{}\s]*\}?/.exec(error === undefined ? "" : text.slice(at - 1))?.[0];
    // In braces and brackets a brace is YAML's own.
    if (bare !== undefined) refuse(at - 1, `not valid YAML: ${bare} stands in quotes here`);
    if (error !== undefined) refuse(at, explain(error));
    if (yaml.explicit === true && yaml.version !== "1.2") {
      refuse(0, `YAML ${yaml.version} is not read, a config is YAML 1.2`);
    }
    return document;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(0, "nested too deeply");
  }
}

function explain({ code, message }: YAMLError): string {
  if (/call stack/.test(message)) return "nested too deeply";
  if (code === "MULTIPLE_DOCS") return "a second YAML document, a config is one";
  const text = message.charAt(0).toLowerCase() + message.slice(1).replace(/\s+/g, " ");
  return `not valid YAML: ${text.replace(/\.$/, "")}`;
}

/** Turns yaml's nodes into ours; an alias becomes what it stands for. */
class Reader {
  readonly #document: Document.Parsed;
  readonly #place: Place;
  readonly #anchors = new Map<string, unknown>();
  readonly #open = new Set<unknown>();
  readonly #problems: Problem[] = [];
  #aliased = 0;
  #aliasDepth = 0;

  constructor(document: Document.Parsed, place: Place) {
    this.#document = document;
    this.#place = place;
  }

  readRoot(): Node {
    const root = this.#read(this.#document.contents, this.#place(0), "");
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return root;
  }

  #read(node: unknown, parentAt: Position, path: string): Node {
    const at = this.#at(node, parentAt);
    if (isAlias(node)) return this.#readAlias(node, at, path);
    if (this.#aliasDepth > 0) this.#count(at);
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
    }
    if (this.#open.size > MAX_DEPTH)
      throw new ConfigError([{ ...at, message: "nested too deeply" }]);
    this.#open.add(node);
    const value = this.#readPlain(node, at, path);
    this.#open.delete(node);
    return value;
  }

  #readPlain(node: unknown, at: Position, path: string): Node {
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.#read(item, at, `${path}[${i}]`));
      return { kind: "list", at, items };
    }
    if (!isMap(node)) return scalarOf(node, at);
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const keyAt = this.#at(key, at);
      const name = isScalar(key) ? keyText(key) : "";
      const whole = path === "" ? name : `${path}.${name}`;
      const [first, why] = [entries.get(name), NO_KEYS.get(name)];
      const complain = (message: string): unknown => this.#problems.push({ ...keyAt, message });
      if (!isScalar(key)) complain("expected a key of plain text");
      else if (why !== undefined) complain(`${whole}: ${why}`);
      else if (first !== undefined) complain(givenTwice(whole, first.keyAt));
      else entries.set(name, { keyAt, value: this.#read(value, keyAt, whole) });
    }
    return mapNode(at, entries);
  }

  #readAlias(alias: Alias, at: Position, path: string): Node {
    const target = this.#anchors.get(alias.source);
    if (target === undefined || this.#open.has(target)) {
      const why =
        target === undefined ? "stands for nothing before it" : "stands for what it is in";
      throw new ConfigError([{ ...at, message: `alias *${alias.source} ${why}` }]);
    }
    this.#aliasDepth += 1;
    const value = this.#read(target, at, path);
    this.#aliasDepth -= 1;
    return { ...value, at };
  }

  #count(at: Position): void {
    this.#aliased += 1;
    if (this.#aliased <= MAX_ALIASED) return;
    const message = `aliases stand for more than ${MAX_ALIASED} values`;
    throw new ConfigError([{ ...at, message }]);
  }

  #at(node: unknown, otherwise: Position): Position {
    const hasRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
    return hasRange && node.range ? this.#place(node.range[0]) : otherwise;
  }
}

/** What other programs take for more than a key. */
const NO_KEYS: ReadonlyMap<string, string> = new Map([
  ["__proto__", "is no key of a config"],
  ["<<", "merge keys are not part of YAML 1.2; use variants, extends or an alias for one value"],
]);

/** Returns a key as it was written: `1.10` is no number here. */
function keyText({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? String(value));
}

function scalarOf(node: unknown, at: Position): Node {
  const value = scalarValue(node);
  const isKept = typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  const written = isKept || !isScalar(node) ? undefined : node.source;
  return { kind: "scalar", at, value, ...(written === undefined ? {} : { written }) };
}

function scalarValue(node: unknown): string | number | boolean | null {
  const value = isScalar(node) ? node.value : null;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return String(value);
}
