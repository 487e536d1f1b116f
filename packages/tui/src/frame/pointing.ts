/** What the mouse does on a frame: where it is decides who is asked. */
import { reduce } from "../keys/table.ts";
import type { Effect, State } from "../state/state.ts";
import { type Line, lineWidth, type Piece } from "../text/line.ts";
import type { Clicked, Context, Pointer, Rect, View, Zone } from "../views/view.ts";
import { pointChooser } from "./chooser.ts";
import type { Frame, Pane } from "./frame.ts";

/** What comes of it: another state, something the program does, or a key. */
export type Pointed = {
  readonly state: State;
  readonly effect?: Effect;
  readonly key?: string | undefined;
  /** The zone that keeps the mouse until the button is released. */
  readonly held: string | null;
};

type Pointing = {
  readonly frame: Frame;
  readonly held: string | null;
  /** The view that has the keys. */
  readonly active: View;
  /** What a view is told, also where another one has the keys. */
  readonly contextOf: (view: View) => Context;
};

/** Lines or rows that a notch of the wheel goes. */
const LINES_A_NOTCH = 3;

/** What a wheel that runs freely sends at once at most counts as so many notches. */
const MOST_NOTCHES = 20;

/** A slip of the mouse ends nothing. */
const KEYBOARD_ONLY: ReadonlySet<string> = new Set(["q", "ctrl-c", "ctrl-z"]);

/** Handles what the mouse did. What is done with shift is the terminal's: it selects. */
export function point(state: State, pointer: Pointer, pointing: Pointing): Pointed {
  const { kind, isShift } = pointer;
  const { held, frame } = pointing;
  if (isShift && kind !== "wheel") return { state, held };
  if (state.chooser !== null && frame.box !== null) return inBox(state, pointer, pointing);
  if (kind === "drag" || kind === "release") return drag(state, pointer, pointing);
  if (kind === "move") return { state: hover(state, pointer, pointing), held: null };
  const isClick = kind === "press" && pointer.button === "left";
  const key = isClick ? pieceAt(frame, pointer)?.press : undefined;
  if (key !== undefined && !KEYBOARD_ONLY.has(key)) return { state, held: null, key };
  return ask({ ...state, message: null }, pointer, pointing);
}

/** Asks the list over the panes, and no pane: the wheel moves through it, a press beside it closes it. */
function inBox(state: State, pointer: Pointer, { frame, active, contextOf }: Pointing): Pointed {
  const context = contextOf(active);
  if (pointer.kind === "wheel") return { state: wheel(state, pointer, context), held: null };
  if (pointer.kind !== "press") return { state, held: null };
  const isInside = frame.box !== null && isIn(frame.box.rect, pointer);
  if (!isInside) return { state: { ...state, chooser: null }, held: null };
  const clicked = click(state, context, { pointer, piece: pieceAt(frame, pointer) });
  return clicked === null
    ? { state, held: null }
    : { state: clicked.state, key: clicked.press, held: null };
}

/** Asks the zones at a cell, those on top first; else the wheel moves through what the pane has. */
function ask(state: State, pointer: Pointer, { frame, contextOf }: Pointing): Pointed {
  const pane = paneAt(frame, pointer);
  if (pane === undefined) return { state, held: null };
  const isPressed = pointer.kind !== "wheel" && frame.panes.length > 1;
  const there = isPressed ? { ...state, pane: pane.view.name } : state;
  const context = contextOf(pane.view);
  for (const zone of zonesAt(pane, pointer)) {
    const done = zone.act(there, context, within(zone.rect, pointer));
    if (done === null) continue;
    const held = zone.holds ?? null;
    return "type" in done ? { state: there, effect: done, held } : { state: done, held };
  }
  if (pointer.kind === "wheel") return { state: wheel(there, pointer, context), held: null };
  const clicked = click(there, context, { pointer, piece: pieceAt(frame, pointer) });
  if (clicked !== null) return { state: clicked.state, key: clicked.press, held: null };
  return { state: there, held: null };
}

/** Tells the open list or the view of a click on what is about something. */
function click(
  state: State,
  context: Context,
  { pointer, piece }: { readonly pointer: Pointer; readonly piece: Piece | undefined },
): Clicked | null {
  const about = piece?.about ?? "";
  const at = about.indexOf(":");
  if (at < 0 || state.isHelp) return null;
  const point = state.chooser === null ? context.view.point : pointChooser;
  return (
    point?.(state, context, { pointer, kind: about.slice(0, at), key: about.slice(at + 1) }) ?? null
  );
}

/** Scrolls as the keys do. */
function wheel(state: State, { by }: Pointer, context: Context): State {
  const { scroll } = context.view;
  const isCovered = state.isHelp || state.chooser !== null;
  if (scroll !== undefined && !isCovered) return scroll(state, context, by * LINES_A_NOTCH);
  const key = by < 0 ? "up" : "down";
  const times = Math.min(MOST_NOTCHES, Math.abs(by)) * LINES_A_NOTCH;
  return Array.from({ length: times }).reduce<State>(
    (before) => reduce(before, key, context).state,
    state,
  );
}

/** Goes on with the zone that was pressed, wherever in the frame it is now. */
function drag(state: State, pointer: Pointer, { frame, held, contextOf }: Pointing): Pointed {
  const still = pointer.kind === "release" ? null : held;
  if (held === null) return { state, held: null };
  for (const { zones, view } of frame.panes) {
    const zone = zones.find(({ holds }) => holds === held);
    const done = zone?.act(state, contextOf(view), within(zone.rect, pointer)) ?? null;
    if (done === null) continue;
    return "type" in done ? { state, effect: done, held: still } : { state: done, held: still };
  }
  return { state, held: still };
}

/** Moves what follows the mouse, and takes it away where the mouse has left what it belongs to. */
function hover(state: State, pointer: Pointer, { frame, contextOf }: Pointing): State {
  const pane = paneAt(frame, pointer);
  for (const zone of pane === undefined ? [] : zonesAt(pane, pointer)) {
    const done = pane && zone.act(state, contextOf(pane.view), within(zone.rect, pointer));
    if (done !== undefined && done !== null && !("type" in done)) return done;
  }
  return state.isHovering ? { ...state, isHovering: false, crosshair: null } : state;
}

/** Returns the pane at a cell; its rows count from the header on. */
function paneAt({ panes, header }: Frame, { column, row }: Pointer): Pane | undefined {
  return panes.find(({ rect }) => isIn(rect, { column, row: row - header.length }));
}

/** Returns the zones at a cell, those on top first. */
function zonesAt({ zones }: Pane, pointer: Pointer): Zone[] {
  return zones.filter(({ rect }) => isIn(rect, pointer)).reverse();
}

/** Tells whether a cell lies in a rectangle. */
export function isIn(rect: Rect, { column, row }: Pick<Pointer, "column" | "row">): boolean {
  const { columns, rows } = rect;
  const [x, y] = [column - rect.column, row - rect.row];
  return x >= 0 && x < columns && y >= 0 && y < rows;
}

/** Counts a cell from the upper left corner of a rectangle. */
function within({ column, row }: Rect, pointer: Pointer): Pointer {
  return { ...pointer, column: pointer.column - column, row: pointer.row - row };
}

/** Returns the piece of text at a cell. */
export function pieceAt(
  { header, body, footer }: Frame,
  { column, row }: Pointer,
): Piece | undefined {
  const line: Line = [...header, ...body, ...footer][row] ?? [];
  let end = 0;
  return line.find((one) => {
    end += lineWidth([one]);
    return column < end;
  });
}
