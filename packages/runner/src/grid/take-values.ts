/** Puts values in place of `${train.lr}`: those that the keys of the same run have. */
import { closest } from "@ablate/text";
import type { Position, Problem } from "../config/config-error.ts";
import { isOfText, referenceOf } from "../config/references.ts";
import { CONFIG_KEYS, isKey, isSection, SECTION_NAMES } from "../config/schema.ts";
import { type Entry, type MapNode, mapNode, type Node, nodeAt } from "../config/tree.ts";

/** What is known of a run. */
export type Run = {
  /** What its layers say of a group of keys together, as it was written. */
  readonly written: (section: string) => MapNode;
  /** What a key has that is not written; null where that is nothing, undefined where its group is wrong. */
  readonly usual: (key: string, at: Position) => Node | null | undefined;
};

/** More are a config that doubles itself. */
const MOST_VALUES = 10_000;

/** Keys that take from each other, one after the other. */
const LONGEST_CHAIN = 20;

/** A key whose value is being looked for, and where it is asked for. */
type Asked = { readonly name: string; readonly at: Position };

/** A value and how many values are in it; null where something is wrong with it, which has been said. */
type Taken = { readonly node: Node; readonly size: number } | null;

/** Takes the values of one run. */
export class Taker {
  readonly #run: Run;
  readonly #problems: Problem[];
  readonly #taken = new Map<string, Taken>();

  constructor(run: Run, problems: Problem[]) {
    this.#run = run;
    this.#problems = problems;
  }

  /** Returns a group of keys with all its values, and whether any of them could not be had and is left out. */
  section(name: string): { readonly tree: MapNode; readonly isWhole: boolean } {
    const tree = this.#run.written(name);
    const entry = tree.entries.get(name);
    if (entry === undefined) return { tree, isWhole: true };
    const { value } = entry;
    if (value.kind !== "map") {
      const taken = this.#resolve(value, name, []);
      const entries: [string, Entry][] =
        taken === null ? [] : [[name, { ...entry, value: taken.node }]];
      return { tree: mapNode(tree.at, entries), isWhole: taken !== null };
    }
    const inner = [...value.entries].flatMap(([key, one]): [string, Entry][] => {
      const taken = this.#resolve(one.value, `${name}.${key}`, []);
      return taken === null ? [] : [[key, { ...one, value: taken.node }]];
    });
    const whole = { ...entry, value: mapNode(value.at, inner) };
    return {
      tree: mapNode(tree.at, [[name, whole]]),
      isWhole: inner.length === value.entries.size,
    };
  }

  /** @param key - where the value stands */
  #resolve(node: Node, key: string, asked: readonly Asked[]): Taken {
    const name = isOfText(key) ? null : referenceOf(node);
    if (name !== null) return this.#take(name, { node, key, asked });
    if (node.kind === "scalar") return { node, size: 1 };
    const inner = this.#resolveInner(node, key, asked);
    if (inner.some(([, taken]) => taken === null)) return null;
    const parts = inner.flatMap(([at, taken]) => (taken === null ? [] : [[at, taken] as const]));
    const size = parts.reduce((sum, [, taken]) => sum + taken.size, 1);
    if (node.kind === "list") {
      return { node: { ...node, items: parts.map(([, taken]) => taken.node) }, size };
    }
    const entries = new Map(node.entries);
    for (const [at, taken] of parts) {
      const entry = entries.get(at);
      if (entry !== undefined) entries.set(at, { ...entry, value: taken.node });
    }
    return { node: mapNode(node.at, entries), size };
  }

  #resolveInner(
    node: Exclude<Node, { kind: "scalar" }>,
    key: string,
    asked: readonly Asked[],
  ): [string, Taken][] {
    return node.kind === "list"
      ? node.items.map((item, i) => [`${i}`, this.#resolve(item, `${key}[${i}]`, asked)])
      : [...node.entries].map(([name, { value }]) => [
          name,
          this.#resolve(value, `${key}.${name}`, asked),
        ]);
  }

  #take(name: string, place: Place): Taken {
    const { node, asked } = place;
    const { at } = node;
    const from = (taken: Node): Node => ({ ...taken, at, from: name });
    const known = this.#taken.get(name);
    if (known !== undefined) return known === null ? null : { ...known, node: from(known.node) };
    const circle = asked.findIndex((one) => one.name === name);
    const found =
      circle < 0 ? this.#find(name, place) : this.#refuseCircle(asked.slice(circle), at);
    const taken = found === null ? null : this.#resolve(found, name, [...asked, { name, at }]);
    if (taken !== null && taken.size > MOST_VALUES) {
      return this.#refuse(name, place, `stands for more than ${MOST_VALUES} values`);
    }
    // Whoever asks within a circle is told of the circle, whoever asks later of nothing more.
    this.#taken.set(name, taken);
    return taken === null ? null : { ...taken, node: from(taken.node) };
  }

  /** Returns the value of a key as it was written, or what it has without. */
  #find(name: string, place: Place): Node | null {
    const { node, asked } = place;
    if (asked.length > LONGEST_CHAIN) {
      return this.#refuse(
        name,
        place,
        `is the end of more than ${LONGEST_CHAIN} values that take from each other`,
      );
    }
    const path = name.split(".");
    const depth = path.findLastIndex((_, i) => isKey(path.slice(0, i + 1).join("."))) + 1;
    const [section = ""] = path;
    if (depth === 0 || !SECTION_NAMES.includes(section)) {
      return this.#refuse(name, place, whyNoKey(name));
    }
    const inside = path.slice(depth).join(".");
    const written = nodeAt(this.#run.written(section), path.slice(0, depth));
    const isTaken = written !== null && inside !== "" && referenceOf(written) !== null;
    const whole = isTaken
      ? this.#resolve(written, name, [...asked, { name, at: node.at }])?.node
      : written;
    if (whole === undefined) return null;
    const found = whole === null ? null : within(whole, inside);
    if (found !== null) return found;
    const usual = this.#run.usual(name, node.at);
    return usual === null ? this.#refuse(name, place, "has no value in this run") : (usual ?? null);
  }

  #refuse(name: string, { node, key }: Place, why: string): null {
    this.#problems.push({ ...node.at, message: `${key}: \${${name}}: ${why}` });
    return null;
  }

  /** Says of a circle the same wherever it is met: it begins at the key that is first in the alphabet. */
  #refuseCircle(circle: readonly Asked[], closedAt: Position): null {
    const names = circle.map(({ name }) => name);
    const first = names.indexOf([...names].sort()[0] ?? "");
    const round = [...names.slice(first), ...names.slice(0, first + 1)].join(" -> ");
    const at = circle[first + 1]?.at ?? closedAt;
    this.#problems.push({ ...at, message: `${names[first]}: a circle: ${round}` });
    return null;
  }
}

/** Where a value is asked for. */
type Place = { readonly node: Node; readonly key: string; readonly asked: readonly Asked[] };

/** Follows a dotted key into maps whose own keys may have dots. */
function within(node: Node, key: string): Node | null {
  if (key === "") return node;
  if (node.kind !== "map") return null;
  const whole = node.entries.get(key)?.value;
  if (whole !== undefined) return whole;
  for (let dot = key.indexOf("."); dot >= 0; dot = key.indexOf(".", dot + 1)) {
    const inner = node.entries.get(key.slice(0, dot))?.value;
    if (inner !== undefined) return within(inner, key.slice(dot + 1));
  }
  return null;
}

function whyNoKey(name: string): string {
  if (name !== "" && isSection(name)) return "is a group of keys, take one of them";
  const keys = CONFIG_KEYS.filter((key) => SECTION_NAMES.includes(key.split(".")[0] ?? ""));
  const near = keys.find((key) => key.endsWith(`.${name}`)) ?? closest(name, keys);
  if (near !== null) return `unknown key, did you mean \${${near}}?`;
  return /^[A-Z_]+$/.test(name)
    ? "unknown key; variables of the environment are for paths"
    : "unknown key, expected one of a run, as train.lr";
}
