/** Damages the text of a config as people, editors and disks do; the same for the same seed. */

export type Random = (below: number) => number;

/** A small generator (mulberry32): whole numbers from 0. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Edit = (bytes: Buffer, random: Random) => Buffer;

export const EDITS: Readonly<Record<string, Edit>> = {
  "rename a key": onText((text, random) =>
    replaceOne(text, /[A-Za-z_][\w.]*(?=:)/g, random, (key) => misspelt(key, random)),
  ),
  "swap two values": onText((text, random) => {
    const [a = "", b = ""] = [pick(valuesOf(text), random), pick(valuesOf(text), random)];
    return replaceOne(
      replaceOne(text, VALUE, random, () => a),
      VALUE,
      random,
      () => b,
    );
  }),
  "change a type": onText((text, random) =>
    replaceOne(text, VALUE, random, () => pick(OTHER_TYPES, random)),
  ),
  "break indentation": onText((text, random) =>
    onLine(text, random, (line) =>
      pick([`  ${line}`, ` ${line}`, line.trimStart(), `\t${line}`], random),
    ),
  ),
  "add an anchor": onText((text, random) =>
    replaceOne(
      replaceOne(text, VALUE, random, (value) => `&a ${value}`),
      VALUE,
      random,
      () => "*a",
    ),
  ),
  "insert a line": onText((text, random) =>
    onLine(text, random, (line) => `${line}\n${pick(LINES, random)}`),
  ),
  "repeat a line": onText((text, random) => onLine(text, random, (line) => `${line}\n${line}`)),
  "lose a line": onText((text, random) => onLine(text, random, () => "")),
  "lose a character": onText((text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  }),
  "insert a character": onText((text, random) => {
    const at = random(text.length);
    return (
      text.slice(0, at) +
      pick([..."{}[]:,&*!|>'\"%@`-?#\n\t\u0000\u{1f600}"], random) +
      text.slice(at)
    );
  }),
  "cut the end": (bytes, random) => bytes.subarray(0, random(bytes.length)),
  "flip bits": (bytes, random) => {
    const flipped = Buffer.from(bytes);
    const at = random(bytes.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
    return flipped;
  },
  "write any byte": (bytes, random) => {
    const changed = Buffer.from(bytes);
    changed[random(bytes.length)] = random(256);
    return changed;
  },
};

const VALUE = /(?<=: )[^\s{[,\]}&*#][^\n,{}[\]#]*|(?<=[[,] ?)[\w.+/-]+/g;

const OTHER_TYPES = [
  "3",
  "-1",
  "0",
  "1e999",
  "9007199254740993",
  "1/0",
  "5/3",
  ".nan",
  "0x10",
  "true",
  "null",
  "~",
  '""',
  '"3"',
  "text",
  "[]",
  "{}",
  "[1, [2]]",
  "[1, 1]",
  "{ a: 1 }",
  "{ range: [1, 5] }",
  "{ linspace: [1, 2] }",
  "{ logspace: [-1, 2, 3] }",
  "{ range: [0, 1e15] }",
  "{ scheme: normal, std: 2 }",
  "!!binary aGk=",
  "!!set { a }",
  "2026-11-25",
  "../configs",
  "constructor",
];

const LINES = [
  "---",
  "...",
  "<<: *a",
  "__proto__: { steps: 1 }",
  "constructor: 1",
  "? [a, b]\n: 1",
  "%YAML 1.1",
  "extends: quickstart.yaml",
  "extends: nowhere.yaml",
  "zip: [{ train.lr: 1 }, { train.lr: 2, train.steps: 5 }]",
  "zip: [{ train.lr: { range: [1, 3] }, train.steps: { range: [1, 4] } }]",
  "exclude: [{ train.lr: 0.1 }]",
  "exclude: [{ train.lr: 77 }, {}, 3, { variant: v1, seed: 42 }]",
  "include: [{ train.lr: 3 }, { model: { hidden: [4] } }]",
  "grid: { train.lr: [1, 2], model.embedding: { range: [1, 100] } }",
  "when: { train.lr: { model.bias: true } }",
  "seeds: { range: [1, 1000000] }",
  "grid: { train.lr: { linspace: [1, 2, 1000] }, train.steps: { range: [1, 1000] }, train.l2: { linspace: [1, 2, 1000] } }",
];

function onText(edit: (text: string, random: Random) => string): Edit {
  return (bytes, random) => {
    const text = bytes.toString();
    return text === "" ? bytes : Buffer.from(edit(text, random));
  };
}

function onLine(text: string, random: Random, edit: (line: string) => string): string {
  const lines = text.split("\n");
  const at = random(lines.length);
  return lines.map((line, i) => (i === at ? edit(line) : line)).join("\n");
}

function replaceOne(
  text: string,
  pattern: RegExp,
  random: Random,
  edit: (match: string) => string,
): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[random(Math.max(1, matches.length))];
  if (match === undefined) return text;
  return text.slice(0, match.index) + edit(match[0]) + text.slice(match.index + match[0].length);
}

function valuesOf(text: string): string[] {
  const values = [...text.matchAll(VALUE)].map(([value]) => value);
  return values.length === 0 ? [text] : values;
}

function misspelt(key: string, random: Random): string {
  const at = random(key.length);
  return pick(
    [
      key.slice(0, at) + key.slice(at + 1),
      `${key.slice(0, at)}x${key.slice(at)}`,
      [...key].reverse().join(""),
      `train.${key}`,
      "train.lr",
      "model",
      "",
    ],
    random,
  );
}

function pick<T>(members: readonly T[], random: Random): T {
  const member = members[random(Math.max(1, members.length))];
  if (member === undefined) throw new RangeError("nothing to pick from");
  return member;
}
