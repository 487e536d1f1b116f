/** The terminal's input as Ink reads it: keys and pastes alone; what the mouse does goes elsewhere. */
import { PassThrough } from "node:stream";
import { type Input, InputSplitter } from "../terminal/input.ts";
import type { Pointer } from "../views/view.ts";

/** How long an escape may be the beginning of a sequence, as in Ink. */
const ESCAPE_MS = 20;

type Heard = {
  readonly onPointer: (pointer: Pointer) => void;
  /** A key that Ink would hold back for a second time. */
  readonly onEscape: () => void;
};

export class KeyStream extends PassThrough {
  readonly isTTY = true;
  readonly #stdin: NodeJS.ReadStream;
  readonly #heard: Heard;
  readonly #splitter: InputSplitter = new InputSplitter();
  readonly #queue: Input[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(stdin: NodeJS.ReadStream, heard: Heard) {
    super();
    this.#stdin = stdin;
    this.#heard = heard;
    stdin.setEncoding("utf8");
    stdin.on("data", this.#take);
  }

  /** Stops reading. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stdin.off("data", this.#take);
  }

  readonly #take = (chunk: string): void => {
    clearTimeout(this.#timer);
    const parts = this.#splitter.push(chunk);
    const isBusy = this.#queue.length > 0;
    this.#queue.push(...parts);
    if (!isBusy) this.#goOn();
    if (this.#splitter.pending === "") return;
    this.#timer = setTimeout(() => {
      this.#queue.push(this.#splitter.flush());
      if (this.#queue.length === 1) this.#goOn();
    }, ESCAPE_MS);
  };

  /** Hands on what has come, in its order: Ink reads what is written to it in the same tick only later. */
  #goOn(): void {
    const [part] = this.#queue;
    if (part === undefined) return;
    if (typeof part !== "string") this.#heard.onPointer(part);
    else if (part === "\x1b") this.#heard.onEscape();
    else this.write(part);
    if (typeof part === "string" && this.#queue.length > 1) {
      setImmediate(() => this.#next());
      return;
    }
    this.#next();
  }

  #next(): void {
    this.#queue.shift();
    this.#goOn();
  }

  /** The terminal is in raw mode as long as the UI is on it, whatever Ink asks for. */
  setRawMode(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
