/** One row of a run's history: the values of a step. */
import { isMap } from "@ablate/store";
import { type Buckets, bucketedTensor } from "../buckets.ts";
import type { Column, Columns } from "../columns.ts";
import type { ProbeGatherer } from "../probe-gatherer.ts";
import { jsonValue, numberOfValue } from "./json-value.ts";
import { type Path, pathOf } from "./record-walk.ts";

/** What a value of a row is, by the keys that lead to it. */
type Known = {
  readonly name: string;
  /** Made with the first number. */
  column: Column | null;
  /** What W&B adds to each row, and parts of objects that it describes by their `_type`. */
  readonly kind: "number" | "step" | "runtime" | "ignored" | "part";
};

export type RowContext = {
  readonly columns: Columns;
  readonly probes: ProbeGatherer;
  /** Notes a value that is no number. */
  readonly leaveOut: (name: string) => void;
};

const KINDS: ReadonlyMap<string, Known["kind"]> = new Map([
  ["_step", "step"],
  ["_runtime", "runtime"],
  ["_timestamp", "ignored"],
  ["_wandb", "ignored"],
]);

/** Keys of what describes itself, as a histogram does. */
const PART = /^(.*)\.(_type|values|bins|packedBins\.(?:min|size|count))$/;

const MINUS = 45;
const ZERO = 48;
const NINE = 57;

/** Gathers the values of a row, which come before its step is known. */
export class Row {
  readonly #context: RowContext;
  readonly #known: Map<string, Known> = new Map();
  readonly #cells: Known[] = [];
  readonly #numbers: number[] = [];
  /** Parts of what describes itself, by its name. */
  readonly #parts: Map<string, Map<string, unknown>> = new Map();
  /** The step, as one of the values says it; -1: none does. */
  step = -1;
  /** Seconds since the run began; -1: not said. */
  runtime = -1;

  constructor(context: RowContext) {
    this.#context = context;
  }

  /** Adds a value as JSON; `path` is the bytes that spell its keys. Both are bytes, each as one character. */
  add(path: string, json: string): void {
    let known = this.#known.get(path);
    if (known === undefined) {
      known = knownOf(pathOf(path));
      this.#known.set(path, known);
    }
    const first = json.charCodeAt(0);
    const isDigits = first === MINUS || (first >= ZERO && first <= NINE);
    const number = isDigits ? Number(json) : Number.NaN;
    if (!Number.isNaN(number)) this.#put(known, number);
    else this.#addValue(known, jsonValue(Buffer.from(json, "latin1").toString("utf8")));
  }

  /** Puts the numbers into their columns. */
  end(step: number): void {
    for (const [name, parts] of this.#parts) this.#endParts(step, name, parts);
    for (const [i, known] of this.#cells.entries()) {
      if (this.#parts.size > 0 && this.#isOfParts(known.name)) continue;
      known.column ??= this.#context.columns.of(known.name);
      known.column.add(step, this.#numbers[i] ?? Number.NaN);
    }
    this.#cells.length = 0;
    this.#numbers.length = 0;
    this.#parts.clear();
    this.step = -1;
    this.runtime = -1;
  }

  #put(known: Known, number: number): void {
    if (known.kind === "number") {
      this.#cells.push(known);
      this.#numbers.push(number);
    } else if (known.kind === "step") this.step = number;
    else if (known.kind === "runtime") this.runtime = number;
    else if (known.kind === "part") this.#addPart(known.name, number);
  }

  #addValue(known: Known, value: unknown): void {
    if (known.kind === "ignored") return;
    if (known.kind === "part") {
      this.#addPart(known.name, value);
      return;
    }
    const number = numberOfValue(value);
    if (number !== undefined) this.#put(known, number);
    else if (isMap(value)) this.#addMap(known.name, value);
    else this.#context.leaveOut(known.name);
  }

  /** Adds a map key by key, as W&B itself writes it. */
  #addMap(name: string, map: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(map)) {
      const path = `${name}.${key}`;
      const known = this.#known.get(path) ?? knownOf([path]);
      this.#known.set(path, known);
      this.#addValue(known, value);
    }
  }

  #addPart(name: string, value: unknown): void {
    const [, owner = "", key = ""] = PART.exec(name) ?? [];
    const parts = this.#parts.get(owner) ?? new Map<string, unknown>();
    this.#parts.set(owner, parts);
    parts.set(key, value);
  }

  #endParts(step: number, name: string, parts: ReadonlyMap<string, unknown>): void {
    const buckets = parts.get("_type") === "histogram" ? bucketsOf(parts) : null;
    if (buckets === null) this.#context.leaveOut(name);
    else this.#context.probes.add(step, name, ({ scale }) => bucketedTensor(buckets, scale));
  }

  /** Says whether a name is that of something in what describes itself: the width of an image. */
  #isOfParts(name: string): boolean {
    return [...this.#parts.keys()].some((owner) => name.startsWith(`${owner}.`));
  }
}

function knownOf(path: Path): Known {
  const name = path.join(".");
  const usual = KINDS.get(path[0] ?? "");
  return { name, column: null, kind: usual ?? (PART.test(name) ? "part" : "number") };
}

/** Returns the buckets of a histogram; null: it has none that rise. */
function bucketsOf(parts: ReadonlyMap<string, unknown>): Buckets | null {
  const counts = numbersIn(parts.get("values"));
  const bins = numbersIn(parts.get("bins"));
  const edges = bins.length > 0 ? bins : packedEdges(parts);
  const isRising = edges.every(
    (edge, i) => Number.isFinite(edge) && edge >= (edges[i - 1] ?? edge),
  );
  const isCounted = counts.some((count) => count > 0) && counts.every((count) => count >= 0);
  if (edges.length !== counts.length + 1 || !isRising || !isCounted) return null;
  return { edges: Float64Array.from(edges), counts: Float64Array.from(counts) };
}

/** More than any histogram of W&B has. */
const MOST_BUCKETS = 65_536;

/** Returns edges that are said by the lowest, their distance and how many buckets there are. */
function packedEdges(parts: ReadonlyMap<string, unknown>): readonly number[] {
  const [min = 0, size = 0, count = 0] = ["min", "size", "count"].map((key) =>
    Number(parts.get(`packedBins.${key}`)),
  );
  if (!(count > 0 && count <= MOST_BUCKETS)) return [];
  return Array.from({ length: count + 1 }, (_, i) => min + i * size);
}

function numbersIn(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
