/** Takes apart what a terminal sends: reports of its mouse, and everything else, which is keys. */
import type { Pointer } from "../views/view.ts";

export type Input = string | Pointer;

const ESCAPE = "\x1b";
const PASTE_END = "\x1b[201~";

/** A report as SGR 1006 writes them, one of the old kind, which is dropped, or the beginning of a paste. */
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[(?:<(\\d{1,6});(\\d{1,6});(\\d{1,6})([Mm])|M[^]{3}|200~)`,
  "g",
);

/** What may go on as such a sequence in the next chunk. */
const BEGINNING = new RegExp(`${ESCAPE}(?:\\[(?:<[\\d;]{0,20}|M[^]{0,2}|20{0,2})?)?$`);

/** Splits the text of a terminal's input, whose sequences may come in several chunks. */
export class InputSplitter {
  #rest = "";
  #isPasting = false;

  /** What was held back and may be a key of its own, unless more follows at once; else nothing. */
  get pending(): string {
    return this.#rest === ESCAPE || this.#rest === `${ESCAPE}[` ? this.#rest : "";
  }

  /** Returns what is pending as keys. */
  flush(): string {
    const { pending } = this;
    if (pending !== "") this.#rest = "";
    return pending;
  }

  /** Returns what is complete; movements that directly follow each other are one. */
  push(chunk: string): Input[] {
    let text = this.#rest + chunk;
    this.#rest = "";
    const parts: Input[] = [];
    while (text !== "") {
      const { done, rest } = this.#isPasting ? this.#pasted(text) : this.#typed(text);
      for (const part of done) add(parts, part);
      text = rest;
    }
    return parts;
  }

  /** Takes what comes before a paste. */
  #typed(text: string): Taken {
    const done: Input[] = [];
    let from = 0;
    for (const found of text.matchAll(SEQUENCE)) {
      const [sequence] = found;
      const before = text.slice(from, found.index);
      // An escape right before a report is the key; Ink would wait for what it begins.
      done.push(...(before.endsWith(ESCAPE) ? [before.slice(0, -1), ESCAPE] : [before]));
      from = found.index + sequence.length;
      if (sequence.endsWith("~")) {
        this.#isPasting = true;
        return { done: [...done, sequence], rest: text.slice(from) };
      }
      const pointer = pointerOf(found);
      if (pointer !== null) done.push(pointer);
    }
    return { done: [...done, this.#hold(text.slice(from), BEGINNING)], rest: "" };
  }

  /** Takes a paste up to its end: what looks like a report in it is text. */
  #pasted(text: string): Taken {
    const at = text.indexOf(PASTE_END);
    if (at < 0) return { done: [this.#hold(text, END_BEGINNING)], rest: "" };
    this.#isPasting = false;
    const end = at + PASTE_END.length;
    return { done: [text.slice(0, end)], rest: text.slice(end) };
  }

  /** Keeps the end of a text that may be the beginning of a sequence for the next chunk. */
  #hold(text: string, beginning: RegExp): string {
    const at = text.search(beginning);
    if (at < 0) return text;
    this.#rest = text.slice(at);
    return text.slice(0, at);
  }
}

type Taken = { readonly done: readonly Input[]; readonly rest: string };

const END_BEGINNING = new RegExp(`${ESCAPE}(?:\\[(?:2(?:0(?:1)?)?)?)?$`);

/** Adds a part to those before it, together with the last one where they are of one kind. */
function add(parts: Input[], part: Input): void {
  const last = parts.at(-1);
  if (typeof part === "string") {
    if (part === "") return;
    if (typeof last === "string" && part !== ESCAPE) parts[parts.length - 1] = last + part;
    else parts.push(part);
    return;
  }
  if (typeof last === "object" && isSameMove(last, part))
    parts[parts.length - 1] = { ...part, by: part.by + last.by };
  else parts.push(part);
}

/** Whether a movement goes on, or the wheel turns on in its direction at its place. */
function isSameMove(before: Pointer, { kind, button, by, ...at }: Pointer): boolean {
  if (before.kind !== kind || before.button !== button) return false;
  const isHeld = before.isAlt === at.isAlt && before.isCtrl === at.isCtrl;
  if (!isHeld || before.isShift !== at.isShift) return false;
  if (kind === "move" || kind === "drag") return true;
  const isHere = before.column === at.column && before.row === at.row;
  return kind === "wheel" && isHere && Math.sign(before.by) === Math.sign(by);
}

const BUTTONS = ["left", "middle", "right", "none"] as const;

/** Bits of the number that stands for button and modifiers (xterm, "Mouse Tracking"). */
const BITS = { shift: 4, alt: 8, ctrl: 16, motion: 32, wheel: 64, other: 128 } as const;

/** Reads a report; null where it says nothing that is of use, like a button at the side. */
function pointerOf([, bits, x, y, end]: RegExpMatchArray): Pointer | null {
  const code = Number(bits);
  if (end === undefined || (code & BITS.other) !== 0 || code > 255) return null;
  const has = (bit: number): boolean => (code & bit) !== 0;
  const at = { column: Math.max(0, Number(x) - 1), row: Math.max(0, Number(y) - 1) };
  const held = { isShift: has(BITS.shift), isAlt: has(BITS.alt), isCtrl: has(BITS.ctrl) };
  if (has(BITS.wheel)) {
    const isSideways = (code & 2) !== 0;
    const by = (code & 1) === 0 ? -1 : 1;
    return { kind: "wheel", button: "none", ...at, ...held, by, isAlt: held.isAlt || isSideways };
  }
  const button = BUTTONS[code & 3] ?? "none";
  const pressed = end === "m" ? "release" : "press";
  const moved = button === "none" ? "move" : "drag";
  return { kind: has(BITS.motion) ? moved : pressed, button, by: 0, ...at, ...held };
}
