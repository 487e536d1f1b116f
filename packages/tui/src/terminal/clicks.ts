/** Tells double clicks from single ones. */
import type { Pointer } from "../views/view.ts";

/** Two presses at a cell within so many milliseconds are a double click, as on most desktops. */
const DOUBLE_MS = 400;

export class Clicks {
  #last: { readonly pointer: Pointer; readonly at: number } | null = null;

  /** Returns what happened, the second press of two as a double click; a third one is a press again. */
  next(pointer: Pointer, now: number): Pointer {
    if (pointer.kind === "wheel" || pointer.kind === "drag") this.#last = null;
    if (pointer.kind !== "press") return pointer;
    const last = this.#last;
    const isSecond =
      last !== null &&
      now - last.at <= DOUBLE_MS &&
      last.pointer.button === pointer.button &&
      last.pointer.column === pointer.column &&
      last.pointer.row === pointer.row;
    this.#last = isSecond ? null : { pointer, at: now };
    return isSecond ? { ...pointer, kind: "double" } : pointer;
  }
}
