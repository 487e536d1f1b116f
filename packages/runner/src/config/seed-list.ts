/** Seeds as text, on the command line and in a config: `1,2,3`, `1..5`, `1..5,9`. */
import type { Seed } from "@ablate/store";
import { count, readNumber } from "@ablate/text";
import type { Problem } from "./config-error.ts";
import { hasMaker, MOST_VALUES, valuesOf } from "./makers.ts";
import type { Node } from "./tree.ts";

/** Text of seeds, for editors: numbers and ranges, at least two of the one or one of the other. */
export const SEEDS_PATTERN =
  "^(?=.*(,|\\.\\.))\\s*-?[\\d_]+(\\s*\\.\\.\\s*-?[\\d_]+)?(\\s*,\\s*-?[\\d_]+(\\s*\\.\\.\\s*-?[\\d_]+)?)*\\s*$";

/** A text is no list of seeds; the message goes on after what takes them. */
export class SeedsError extends Error {
  override readonly name = "SeedsError";
}

/**
 * Returns the seeds that a text names; a range has both of its ends.
 *
 * @throws SeedsError
 */
export function readSeeds(text: string): readonly Seed[] {
  return text.split(",").flatMap((part) => {
    const [, first, last] = RANGE.exec(part) ?? [];
    if (first !== undefined && last !== undefined) return rangeOf(first, last);
    const seed = seedOf(part);
    if (seed === null) throw new SeedsError(whyNone(text, part));
    return [seed];
  });
}

const DIGITS = /^-?\d[\d_]*$/;
const RANGE = /^\s*(-?\d[\d_]*)\s*\.\.\s*(-?\d[\d_]*)\s*$/;
/** As ranges are written elsewhere. */
const OTHER_RANGE = /^\s*(-?\d+)\s*(?:-|:|\.\.\.|\u2013|to)\s*(-?\d+)\s*$/;

/** Whether a seed can be one is for the config to say, which may have it as well. */
function seedOf(part: string): Seed | null {
  const digits = part.trim();
  if (DIGITS.test(digits)) return asSeed(whole(digits));
  const number = readNumber(part);
  return number === null || !Number.isInteger(number) ? null : asSeed(BigInt(number));
}

function rangeOf(first: string, last: string): Seed[] {
  const [begin, end] = [whole(first), whole(last)];
  if (begin > end) throw new SeedsError(takes(last, first, `${first}..${last}`));
  const length = end - begin + 1n;
  if (length > BigInt(MOST_VALUES)) {
    const most = `takes at most ${count(MOST_VALUES)} seeds`;
    throw new SeedsError(`${most}, not the ${count(Number(length))} of ${first}..${last}`);
  }
  return Array.from({ length: Number(length) }, (_, i) => asSeed(begin + BigInt(i)));
}

function whole(digits: string): bigint {
  return BigInt(digits.replaceAll("_", ""));
}

function asSeed(value: bigint): Seed {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function whyNone(text: string, part: string): string {
  const [, first, last] = OTHER_RANGE.exec(part) ?? [];
  if (first === undefined || last === undefined) {
    return `takes whole numbers like 1,2,3 and ranges like 1..5, not ${JSON.stringify(text)}`;
  }
  const isDown = whole(first) > whole(last);
  return takes(isDown ? last : first, isDown ? first : last, part.trim());
}

function takes(first: string, last: string, instead: string): string {
  return `takes ${first}..${last} for the seeds from ${first} to ${last}, not ${JSON.stringify(instead)}`;
}

/** Returns the value of `seeds` with a list for what stands for one; null where that is wrong, which is then reported. */
export function madeSeeds(node: Node, problems: Problem[]): Node | null {
  const ranged = withSeedRanges(node, problems);
  if (ranged === null || !hasMaker(ranged)) return ranged;
  const items = valuesOf(ranged, "seeds", problems);
  return items.length === 0 ? null : { kind: "list", at: node.at, items };
}

/**
 * Returns the value of `seeds` with a list for a text of seeds, and with the seeds of ranges that are members of its
 * list; null where one of them is wrong, which is then reported.
 */
function withSeedRanges(node: Node, problems: Problem[]): Node | null {
  const parts = node.kind === "list" ? node.items : [node];
  const isText = parts.map((part) => part.kind === "scalar" && isSeedText(part.value, node));
  if (!isText.includes(true)) return node;
  const before = problems.length;
  const items = parts.flatMap((part, i): readonly Node[] => {
    if (isText[i] !== true || part.kind !== "scalar") return [part];
    try {
      return readSeeds(String(part.value)).map((seed) => seedNode(seed, part.at));
    } catch (error) {
      if (!(error instanceof SeedsError)) throw error;
      problems.push({ ...part.at, message: `seeds: ${error.message}` });
      return [];
    }
  });
  return problems.length > before ? null : { kind: "list", at: node.at, items };
}

/** Whether a value says several seeds, or wants to; what is one number or no number at all is left to the schema. */
function isSeedText(value: unknown, { kind }: Node): boolean {
  if (typeof value !== "string") return false;
  return (
    value.includes("..") || OTHER_RANGE.test(value) || (kind !== "list" && value.includes(","))
  );
}

function seedNode(seed: Seed, at: Node["at"]): Node {
  const written = String(seed);
  return { kind: "scalar", at, value: Number(seed), ...(seed === written ? { written } : {}) };
}
