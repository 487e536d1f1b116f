/** What a panel is about, and what it draws. */
import { type Line, line, piece } from "../../text/line.ts";
import type { Box } from "../plots.ts";
import type { Canvas } from "../view.ts";
import type { Side } from "./shown-probe.ts";

export type PanelSpec = {
  readonly canvas: Canvas;
  readonly sides: readonly Side[];
  /** The layer that it is about. */
  readonly layer: string;
  readonly box: Box;
};

export type Panel = {
  readonly lines: readonly Line[];
  readonly units?: { readonly all: number; readonly shown: number };
};

/** Makes a panel that says why it has nothing to draw. */
export function nothingBut(text: string): Panel {
  return { lines: [line(" ", piece(text, "muted"))] };
}
