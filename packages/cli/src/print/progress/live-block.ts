import type { Terminal } from "../../command-line/terminal.ts";
import type { Size } from "./layout.ts";

const ERASE_BELOW = "\x1b[J";
const CUT_LONG_LINES = "\x1b[?7l";
const WRAP_LONG_LINES = "\x1b[?7h";

/**
 * Lines at the end of what a terminal shows that are written anew in place. The cursor waits in an
 * empty row below them, so that nothing depends on how a terminal wraps the row of its cursor.
 * A terminal that gets narrower wraps what it shows; lines on their way to it are cut instead, and all
 * are equally wide, so that the next erasing knows how many rows there are without knowing which
 * frame was wrapped.
 */
export class LiveBlock {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];
  #isOpen = true;
  readonly #close = (): void => this.close();
  /** After a pause in the background the screen is somebody else's. */
  readonly #forget = (): void => {
    this.#lines = [];
  };

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    process.once("exit", this.#close);
    process.on("SIGCONT", this.#forget);
  }

  get size(): Size {
    return { columns: this.#terminal.columns(), rows: this.#terminal.rows() };
  }

  /** Shows these lines in the place of the last ones, below `above`, which stays. */
  draw(texts: readonly string[], above = ""): void {
    const width = this.size.columns - 1;
    const lines = texts.map((text) => text.padEnd(width));
    if (!this.#isOpen || (above === "" && lines.join("\n") === this.#lines.join("\n"))) return;
    const text = lines.map((line) => `${line}\n`).join("");
    const block = text === "" ? "" : `${CUT_LONG_LINES}${text}${WRAP_LONG_LINES}`;
    this.#terminal.warn(`${this.#erase()}${above}${block}`);
    this.#lines = lines;
  }

  /** Takes the block away for good. */
  close(): void {
    if (!this.#isOpen) return;
    this.draw([], "\r");
    this.#isOpen = false;
    process.off("exit", this.#close);
    process.off("SIGCONT", this.#forget);
  }

  /** Goes up to the first row of the block: a terminal that got narrower has wrapped its lines. */
  #erase(): string {
    const { columns, rows } = this.size;
    const taken = this.#lines.reduce(
      (sum, { length }) => sum + Math.max(1, Math.ceil(length / columns)),
      0,
    );
    const up = Math.min(taken, rows - 1);
    return `\r${up > 0 ? `\x1b[${up}A` : ""}${ERASE_BELOW}`;
  }
}
