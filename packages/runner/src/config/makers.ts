/** `range`, `linspace` and `logspace`: lists that are written as a rule. Exact where decimals are. */
import type { Problem } from "./config-error.ts";
import { decimalOf, fromRatio, rootsBetween } from "./decimal.ts";
import { readNumber } from "./number.ts";
import type { Node } from "./tree.ts";

export const MAKERS: readonly ["range", "linspace", "logspace"] = ["range", "linspace", "logspace"];
type MakerName = (typeof MAKERS)[number];

/** More is a mistake in the config. */
const MOST_VALUES = 100_000;

type Maker = { readonly name: MakerName; readonly argument: Node };

/** The maker that a map of nothing but `range`, `linspace` or `logspace` is, or null. */
export function makerOf(node: Node): Maker | null {
  if (node.kind !== "map" || node.entries.size !== 1) return null;
  const [[key, { value }] = ["", { value: node }]] = node.entries;
  const name = MAKERS.find((maker) => maker === key);
  return name === undefined ? null : { name, argument: value };
}

/** Whether a value is a maker, or a list with one in it. */
export function hasMaker(node: Node): boolean {
  return (
    makerOf(node) !== null ||
    (node.kind === "list" && node.items.some((item) => makerOf(item) !== null))
  );
}

/**
 * The values of a list in which makers may stand, or of one maker; none where something is wrong,
 * which is then reported.
 *
 * @param key - what to call the list in messages
 */
export function valuesOf(node: Node, key: string, problems: Problem[]): readonly Node[] {
  const say = (message: string): readonly Node[] => {
    problems.push({ ...node.at, message: `${key}: ${message}` });
    return [];
  };
  const maker = makerOf(node);
  if (maker !== null) return make(maker, key, problems);
  if (node.kind !== "list") return say("expected a list of values, range, linspace or logspace");
  if (node.items.length === 0) return say("must not be empty");
  const parts = node.items.map((item) => {
    const inner = makerOf(item);
    return inner === null ? [item] : make(inner, key, problems);
  });
  return parts.some((part) => part.length === 0) ? [] : parts.flat();
}

function make({ name, argument }: Maker, key: string, problems: Problem[]): readonly Node[] {
  const numbers = argument.kind === "list" ? argument.items.map(numberOf) : [];
  const known = numbers.filter((value) => value !== null);
  const made = known.length === numbers.length ? MAKE[name](known) : USAGE[name];
  if (typeof made !== "string") {
    return made.map((value): Node => ({ kind: "scalar", at: argument.at, value }));
  }
  problems.push({ ...argument.at, message: `${key}: ${name} ${made}` });
  return [];
}

function numberOf(node: Node): number | null {
  const value = node.kind === "scalar" ? readNumber(node.value) : null;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const USAGE: Readonly<Record<MakerName, string>> = {
  range: "takes [first, end] or [first, end, step], numbers; the end is not included",
  linspace: "takes [first, last, count], numbers",
  logspace: "takes [first, last, count], numbers",
};

/** The values, or what is wrong. */
const MAKE: Readonly<Record<MakerName, (numbers: readonly number[]) => number[] | string>> = {
  range: ([first, end, step = 1, ...more]) => {
    if (first === undefined || end === undefined || more.length > 0) return USAGE.range;
    if (step === 0) return "needs a step that is not 0";
    const [a = 0n, b = 0n, d = 1n, unit = 1n] = decimalOf([first, end, step, 1]);
    const span = (b - a) * (d < 0n ? -1n : 1n);
    const size = d < 0n ? -d : d;
    if (span <= 0n) return `from ${first} to ${end} by ${step} has no values`;
    const count = (span + size - 1n) / size;
    if (count > BigInt(MOST_VALUES)) return tooMany(count);
    return Array.from({ length: Number(count) }, (_, i) => fromRatio(a + d * BigInt(i), unit));
  },
  linspace: ([first, last, count, ...more]) => {
    if (first === undefined || last === undefined || more.length > 0) return USAGE.linspace;
    const wrong = wrongCount(count);
    if (wrong !== null || count === undefined) return wrong ?? USAGE.linspace;
    const [a = 0n, b = 0n, unit = 1n] = decimalOf([first, last, 1]);
    const gaps = BigInt(count - 1);
    return Array.from({ length: count }, (_, i) =>
      fromRatio(a * gaps + (b - a) * BigInt(i), unit * gaps),
    );
  },
  logspace: ([first, last, count, ...more]) => {
    if (first === undefined || last === undefined || more.length > 0) return USAGE.logspace;
    const wrong = wrongCount(count);
    if (wrong !== null || count === undefined) return wrong ?? USAGE.logspace;
    if (first <= 0 || last <= 0) return "needs a first and a last value above 0";
    return rootsBetween(first, last, count);
  },
};

function wrongCount(count: number | undefined): string | null {
  if (count === undefined) return "takes [first, last, count], numbers";
  if (!Number.isInteger(count) || count < 2)
    return `needs a whole count of at least 2, got ${count}`;
  return count > MOST_VALUES ? tooMany(BigInt(count)) : null;
}

function tooMany(count: bigint): string {
  return `has ${count} values, at most ${MOST_VALUES}`;
}
