/** Owns the terminal's screen: the alternate one, its cursor, and which lines have to be written. */
import { visibleLines } from "@ablate/text";
import { lineChange } from "./stretches.ts";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[2J\x1b[H";
const LEAVE = "\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Buttons, dragging, every movement where the terminal knows that, in a form without limits (SGR). */
const MOUSE_ON = "\x1b[?1002h\x1b[?1003h\x1b[?1006h";
const MOUSE_OFF = "\x1b[?1006l\x1b[?1003l\x1b[?1002l";
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

export class Screen {
  readonly #write: (text: string) => void;
  #isOpen = false;
  #hasMouse = false;
  #lines: readonly string[] = [];
  #frames = 0;
  #bytes = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Frames that were written because something in them was new. */
  get frames(): number {
    return this.#frames;
  }

  /** Bytes of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Switches to the alternate screen; what was on the other one stays there. */
  enter(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#lines = [];
    this.#write(this.#hasMouse ? ENTER + MOUSE_ON : ENTER);
  }

  /** Gives the terminal back as it was. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#write(this.#hasMouse ? MOUSE_OFF + LEAVE : LEAVE);
  }

  /** Has the terminal report its mouse, or leaves the mouse to it. */
  useMouse(isOn: boolean): void {
    if (isOn === this.#hasMouse) return;
    this.#hasMouse = isOn;
    this.send(isOn ? MOUSE_ON : MOUSE_OFF);
  }

  /** The next frame is written in full: the terminal may have changed what is on it. */
  forget(): void {
    this.#lines = [];
    if (this.#isOpen) this.#write("\x1b[0m\x1b[2J");
  }

  /** Writes the lines that differ from those on the screen. */
  paint(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    let changes = "";
    for (const [row, line] of lines.entries()) {
      const before = this.#lines[row];
      if (line === before) continue;
      changes += lineChange(
        row,
        before === undefined ? undefined : visibleLines(before),
        visibleLines(line),
      );
    }
    for (let row = lines.length; row < this.#lines.length; row++)
      changes += `\x1b[${row + 1};1H\x1b[K`;
    this.#lines = lines;
    if (changes === "") return;
    const frame = `${BEGIN}${changes}${END}`;
    this.#frames += 1;
    this.#bytes += Buffer.byteLength(frame);
    this.#write(frame);
  }

  /** Writes a sequence that shows nothing, such as one for the clipboard. */
  send(sequence: string): void {
    if (this.#isOpen) this.#write(sequence);
  }
}
