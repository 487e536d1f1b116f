/** What a terminal shows of a text with escape sequences, as cells. */
import headless from "@xterm/headless";

/** A colour: null is the terminal's own, a number one of the 256, a text `#rrggbb`. */
export type CellColour = null | number | string;

export type Cell = {
  readonly text: string;
  /** 2 of a wide character, 0 of the cell behind one. */
  readonly width: number;
  readonly colour: CellColour;
  readonly background: CellColour;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isInverse: boolean;
  readonly isUnderlined: boolean;
};

/** Rows of cells, all of the same length. */
export type Screen = readonly (readonly Cell[])[];

export type ScreenSize = { readonly columns: number; readonly rows: number };

/** Lets a terminal of xterm.js show a text; without a size, one that is just large enough for it. */
export async function screenOf(text: string, size?: ScreenSize): Promise<Screen> {
  const { columns: cols, rows } = size ?? roomFor(text);
  const terminal = new headless.Terminal({
    cols,
    rows,
    convertEol: true, // what was printed into a file ends its lines with \n alone
    allowProposedApi: true,
    scrollback: 0,
  });
  await new Promise<void>((done) => terminal.write(text.replace(/\r?\n$/, ""), done));
  const shown = cellsOf(terminal);
  terminal.dispose();
  return size === undefined ? cropped(shown) : shown;
}

/** Takes what a terminal shows now. */
export function cellsOf({ buffer: { active }, rows, cols }: headless.Terminal): Screen {
  return Array.from({ length: rows }, (_row, y) => {
    const line = active.getLine(active.baseY + y);
    return Array.from({ length: cols }, (_cell, x) => cellOf(line?.getCell(x)));
  });
}

function cellOf(cell: TerminalCell | undefined): Cell {
  if (cell === undefined) return EMPTY;
  return {
    text: cell.isInvisible() === 0 ? cell.getChars() : "",
    width: cell.getWidth(),
    colour: colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
    isInverse: cell.isInverse() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
  };
}

type TerminalLine = NonNullable<ReturnType<headless.Terminal["buffer"]["active"]["getLine"]>>;
type TerminalCell = NonNullable<ReturnType<TerminalLine["getCell"]>>;

const EMPTY: Cell = {
  text: "",
  width: 1,
  colour: null,
  background: null,
  isBold: false,
  isDim: false,
  isInverse: false,
  isUnderlined: false,
};

function colourOf(isDefault: boolean, isRgb: boolean, value: number): CellColour {
  if (isDefault) return null;
  return isRgb ? `#${value.toString(16).padStart(6, "0")}` : value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const SEQUENCE = /\x1b(?:\[[0-9;:?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|[=>78])/g;

/** As many rows as there are lines; columns for the longest of them, were all its characters wide ones. */
function roomFor(text: string): ScreenSize {
  const lines = text
    .replace(/\r?\n$/, "")
    .replaceAll(SEQUENCE, "")
    .split("\n");
  const longest = Math.max(...lines.map((line) => [...line].length));
  return { columns: Math.max(1, 2 * longest), rows: lines.length };
}

/** Leaves out the columns at the right in which nothing was written. */
function cropped(screen: Screen): Screen {
  const columns = Math.max(1, ...screen.map((row) => row.findLastIndex(isWritten) + 1));
  return screen.map((row) => row.slice(0, columns));
}

function isWritten({ text, width }: Cell): boolean {
  return text !== "" || width === 0;
}
