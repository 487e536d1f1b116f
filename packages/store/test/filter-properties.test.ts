import fc from "fast-check";
import { expect, test } from "vitest";
import { FilterError, type FilterSubject, parseFilter } from "../src/index.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

/** A term in every way that it may be written, and what it says of a subject by other means. */
type Meaning = (subject: FilterSubject) => boolean;
type Leaf = { readonly texts: readonly string[]; readonly holds: Meaning };
type Tree =
  | Leaf
  | { readonly not: Tree; readonly written: string }
  | { readonly and: readonly [Tree, Tree]; readonly written: string }
  | { readonly or: readonly [Tree, Tree]; readonly written: string };

const ALPHABET = ["a", "b", "-", "*", '"', "'", "\\", " ", "(", ")", ":", "=", "not", "or", "é"];
const text = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 4 });
const field = fc.constantFrom("x", "y", "z.w");

const word: fc.Arbitrary<Leaf> = text.map((wanted) => ({
  texts: [quote(wanted, '"'), quote(wanted, "'")],
  holds: ({ name, label, tags }) =>
    [name, label ?? name, ...tags].some((one) => one.includes(wanted)),
}));
const pattern: fc.Arbitrary<Leaf> = fc.tuple(field, text).map(([name, wanted]) => ({
  texts: [`${name}:${quote(wanted, '"')}`, `${name}:${quote(wanted, "'")}`],
  holds: ({ field: read }) => String(read(name) ?? "\n").includes(wanted) && has(read(name)),
}));
const least: fc.Arbitrary<Leaf> = fc.tuple(field, fc.integer()).map(([name, limit]) => ({
  texts: [`${name}>=${limit}`, `${name} >= ${limit}`, `${name}>='${limit}'`, `${name}>=${limit}/1`],
  holds: ({ field: read }) => {
    const value = read(name);
    return typeof value === "number" && value >= limit;
  },
}));
const present: fc.Arbitrary<Leaf> = field.map((name) => ({
  texts: [`has:${name}`, `HAS:"${name}"`],
  holds: ({ field: read }) => has(read(name)) && read(name) !== "",
}));

const { tree } = fc.letrec<{ tree: Tree; leaf: Leaf }>((tie) => ({
  leaf: fc.oneof(word, pattern, least, present),
  tree: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.record({ not: tie("tree"), written: fc.constantFrom("not ", "NOT ", "-") }),
    fc.record({
      and: fc.tuple(tie("tree"), tie("tree")),
      written: fc.constantFrom(" ", " and ", " And "),
    }),
    fc.record({ or: fc.tuple(tie("tree"), tie("tree")), written: fc.constantFrom(" or ", " OR ") }),
  ),
}));

/** Text as it is in lower case, so that the meanings above need not fold it. */
const value = fc.oneof(text, fc.integer(), fc.constant(null), fc.constant(undefined));
const subject: fc.Arbitrary<FilterSubject> = fc
  .record({
    name: text,
    label: fc.option(text),
    tags: fc.array(text, { maxLength: 2 }),
    fields: fc.record({ x: value, y: value, "z.w": value }),
  })
  .map(({ fields, ...run }) => ({
    ...run,
    field: (name) => new Map(Object.entries(fields)).get(name),
  }));

test("a filter means what it was written to mean, and not of it the opposite", () => {
  fc.assert(
    fc.property(tree, subject, fc.nat(), (expression, run, choice) => {
      const written = print(expression, choice, "or");

      const found = parseFilter(written).matches(run);

      expect(found, written).toBe(holds(expression, run));
      expect(parseFilter(`not (${written})`).matches(run)).toBe(!found);
      expect(parseFilter(`-(${written})`).matches(run)).toBe(!found);
    }),
    { numRuns: 2000 },
  );
});

test("the case of operators is irrelevant", () => {
  fc.assert(
    fc.property(tree, subject, fc.nat(), (expression, run, choice) => {
      const spelt = (change: (word: string) => string) =>
        print(expression, choice, "or", (sign) => change(sign));

      const [lower, upper] = [
        spelt((sign) => sign.toLowerCase()),
        spelt((sign) => sign.toUpperCase()),
      ].map((written) => parseFilter(written).matches(run));

      expect(lower).toBe(upper);
    }),
  );
});

test("any text is a filter, or has its first mistake within it", () => {
  const pieces = fc.constantFrom(
    "(",
    ")",
    "-",
    " ",
    '"',
    "'",
    "\\",
    "and ",
    "not ",
    ":",
    ">=",
    "!=",
  );
  const any = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: fc.oneof(pieces, fc.string({ maxLength: 3 })), maxLength: 40 }),
  );
  fc.assert(
    fc.property(any, subject, (written, run) => {
      try {
        expect(typeof parseFilter(written).matches(run)).toBe("boolean");
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        expect(error.at).toBeGreaterThanOrEqual(0);
        expect(error.at).toBeLessThanOrEqual(written.length);
        expect(error.message).toMatch(/^filter: /);
      }
    }),
    { numRuns: 5000 },
  );
});

type Level = "or" | "and" | "not";

/** As few parentheses as the precedence needs. */
function print(
  expression: Tree,
  choice: number,
  level: Level,
  sign: (written: string) => string = (written) => written,
): string {
  if ("texts" in expression) {
    return expression.texts[choice % expression.texts.length] ?? "";
  }
  const part = (one: Tree, inner: Level) => print(one, choice >> 1, inner, sign);
  const written = sign(expression.written);
  if ("not" in expression) return `${written}${part(expression.not, "not")}`;
  if ("and" in expression) {
    const both = expression.and.map((one) => part(one, "and")).join(written);
    return level === "not" ? `(${both})` : both;
  }
  const either = expression.or.map((one) => part(one, "or")).join(written);
  return level === "or" ? either : `( ${either} )`;
}

function holds(expression: Tree, run: FilterSubject): boolean {
  if ("texts" in expression) return expression.holds(run);
  if ("not" in expression) return !holds(expression.not, run);
  if ("and" in expression) return expression.and.every((one) => holds(one, run));
  return expression.or.some((one) => holds(one, run));
}

function has(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function quote(wanted: string, mark: string): string {
  return mark + wanted.replaceAll(/["'\\*?]/g, (char) => `\\${char}`) + mark;
}
