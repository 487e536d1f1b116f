import fc from "fast-check";
import { expect, test } from "vitest";
import { Clicks } from "../src/terminal/clicks.ts";
import { type Input, InputSplitter } from "../src/terminal/input.ts";
import type { Pointer } from "../src/views/view.ts";

const AT: Pointer = {
  kind: "press",
  button: "left",
  by: 0,
  column: 0,
  row: 0,
  isShift: false,
  isAlt: false,
  isCtrl: false,
};

test.each<readonly [string, string, Partial<Pointer>]>([
  ["a press", "\x1b[<0;5;3M", { column: 4, row: 2 }],
  ["a release", "\x1b[<0;5;3m", { kind: "release", column: 4, row: 2 }],
  ["the right button", "\x1b[<2;1;1M", { button: "right" }],
  ["dragging", "\x1b[<32;9;1M", { kind: "drag", column: 8 }],
  ["moving", "\x1b[<35;9;1M", { kind: "move", button: "none", column: 8 }],
  ["the wheel up", "\x1b[<64;1;1M", { kind: "wheel", button: "none", by: -1 }],
  ["the wheel down", "\x1b[<65;1;1M", { kind: "wheel", button: "none", by: 1 }],
  ["the wheel sideways", "\x1b[<67;1;1M", { kind: "wheel", button: "none", by: 1, isAlt: true }],
  ["shift", "\x1b[<4;1;1M", { isShift: true }],
  ["alt", "\x1b[<8;1;1M", { isAlt: true }],
  ["ctrl", "\x1b[<16;1;1M", { isCtrl: true }],
  ["far to the right", "\x1b[<0;300;100M", { column: 299, row: 99 }],
])("reads %s", (_, sequence, expected) => {
  expect(new InputSplitter().push(sequence)).toEqual([{ ...AT, ...expected }]);
});

test("keys between reports keep their order", () => {
  expect(new InputSplitter().push("a\x1b[<0;1;1Mb\x1b[A\x1b[<0;1;1mc")).toEqual([
    "a",
    AT,
    "b\x1b[A",
    { ...AT, kind: "release" },
    "c",
  ]);
});

test("an escape right before a report is a key of its own", () => {
  expect(new InputSplitter().push("j\x1b\x1b[<0;1;1M")).toEqual(["j", "\x1b", AT]);
});

test("movements that follow each other are one, and so is a wheel that turns on", () => {
  const moves = "\x1b[<35;1;1M\x1b[<35;2;1M\x1b[<35;3;1M";
  const wheel = "\x1b[<65;3;1M".repeat(4);

  expect(new InputSplitter().push(moves + wheel)).toEqual([
    { ...AT, kind: "move", button: "none", column: 2 },
    { ...AT, kind: "wheel", button: "none", column: 2, by: 4 },
  ]);
});

test("reports in a paste are text, in however many chunks it comes", () => {
  const paste = "\x1b[200~one\x1b[<0;1;1Mtwo\x1b[20\x1b[201~";
  for (let at = 1; at < paste.length; at++) {
    const splitter = new InputSplitter();
    const parts = [...splitter.push(paste.slice(0, at)), ...splitter.push(paste.slice(at))];
    expect(parts.join("")).toBe(paste);
    expect(splitter.push("\x1b[<0;1;1M")).toEqual([AT]);
  }
});

test("an escape alone is given out when nothing follows it", () => {
  const splitter = new InputSplitter();

  expect(splitter.push("\x1b")).toEqual([]);
  expect(splitter.pending).toBe("\x1b");
  expect(splitter.flush()).toBe("\x1b");
  expect(splitter.push("j")).toEqual(["j"]);
});

test("buttons at the side and reports of the old kind do nothing", () => {
  expect(new InputSplitter().push("\x1b[<128;1;1Mj\x1b[M !!k")).toEqual(["jk"]);
});

const KEY = fc.constantFrom("j", "é", "漢", "🎉", "\x1b[A", "\x1bOP", "\r", "\x1b[1;5C", "\x1b[3~");
const REPORT = fc
  .tuple(fc.nat(127), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 200 }))
  .map(([code, x, y]) => `\x1b[<${code};${x};${y}M`);
const PASTE = fc
  .array(fc.oneof(KEY, REPORT, fc.constant("\x1b[20")))
  .map((parts) => `\x1b[200~${parts.join("")}\x1b[201~`);

test("however the input is cut into chunks, the same comes out of it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(KEY, REPORT, PASTE), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (parts, cuts) => {
        const text = parts.join("");
        const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort(byNumber);
        const splitter = new InputSplitter();
        const chunks = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
        const found = chunks.flatMap((chunk) => splitter.push(chunk));

        expect(joined(found)).toEqual(joined(new InputSplitter().push(text)));
      },
    ),
    { numRuns: 500 },
  );
});

test("garbage is given on or dropped, and what comes after it is read", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (garbage) => {
      const splitter = new InputSplitter();
      splitter.push(garbage);
      splitter.push("\x1b[201~jjj"); // ends a paste, and whatever has begun

      expect(splitter.push("\x1b[<0;1;1M")).toEqual([AT]);
    }),
    { numRuns: 100 },
  );
});

test("two presses at a cell within 400 ms are a double click, a third one is a press again", () => {
  const clicks = new Clicks();
  const kinds = [0, 399, 500, 901, 1302].map((at) => clicks.next(AT, at).kind);

  expect(kinds).toEqual(["press", "double", "press", "press", "press"]);
});

test("presses at two cells, or with two buttons, are no double click", () => {
  const clicks = new Clicks();
  const presses: readonly Pointer[] = [
    AT,
    { ...AT, column: 1 },
    { ...AT, column: 1, button: "right" },
  ];

  expect(presses.map((one, i) => clicks.next(one, i).kind)).toEqual(["press", "press", "press"]);
});

function byNumber(a: number, b: number): number {
  return a - b;
}

/** What came out, with texts that follow each other as one and each movement as where it ended. */
function joined(parts: readonly Input[]): string[] {
  const all: string[] = [];
  let last: Input | undefined;
  for (const part of parts) {
    if (typeof part === "string" && typeof last === "string") all.push(`${all.pop()}${part}`);
    else if (typeof part !== "string" && isOneMove(last, part)) all[all.length - 1] = textOf(part);
    else all.push(textOf(part));
    last = part;
  }
  return all;
}

/** Whether two movements may have come as one; the sum of a wheel is not looked at. */
function isOneMove(last: Input | undefined, { by, ...part }: Pointer): boolean {
  if (typeof last !== "object" || !["move", "drag", "wheel"].includes(part.kind)) return false;
  const key = ({ kind, button, isAlt, isShift, isCtrl }: Omit<Pointer, "by">): string =>
    [kind, button, isAlt, isShift, isCtrl].join();
  const isHere = last.column === part.column && last.row === part.row;
  const isOn = part.kind !== "wheel" || (isHere && Math.sign(last.by) === Math.sign(by));
  return key(last) === key(part) && isOn;
}

function textOf(part: Input): string {
  return typeof part === "string" ? part : JSON.stringify({ ...part, by: Math.sign(part.by) });
}
