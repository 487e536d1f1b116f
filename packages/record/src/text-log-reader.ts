/** Reads logs of text that are written row by row. */
import { dirname } from "node:path";
import type { LogPosition } from "@ablate/store";
import type { LogEntry, LogFormatName, LogReader } from "./log.ts";
import { NO_ROWS, RowLog, type RowState } from "./row-log.ts";
import { runEntries } from "./run-entries.ts";
import { type Piece, TextFile } from "./text-file.ts";

/** Makes rows of the bytes of one format. */
export type RowParser<S> = {
  /**
   * Takes the rows that are whole at the beginning of the bytes, and returns how many bytes they have.
   *
   * @param isSettled - nobody writes to the file any more: what ends without a line break is whole too
   * @throws Error - what is wrong with the file, without its path
   */
  readonly take: (bytes: Buffer, rows: RowLog, isSettled: boolean) => number;
  /** What it knows of the rows before; plain JSON. */
  readonly state: () => S;
};

/** Makes the parser of a format, which goes on with a state of its own; undefined: at the beginning. */
export type MakeParser<S> = (state: S | undefined) => RowParser<S>;

/** What reading on needs beside the position. */
type State<S> = {
  readonly witness: string;
  readonly rows: RowState;
  readonly parser?: S;
  /** Of the settings that were read; null: nothing was said of the run. */
  readonly digest: string | null;
};

const FIRST = { witness: "", rows: NO_ROWS, digest: null };

/** A row that is longer is none. */
const MOST_ROW_BYTES = 16 * 1024 * 1024;

/** What ends without a line break is a whole row where nobody has written to the file for so long. */
const SETTLED_MS = 5_000;

export class TextLogReader<S> implements LogReader {
  readonly #format: LogFormatName;
  readonly #file: TextFile;
  readonly #makeParser: MakeParser<S>;
  readonly #rows: RowLog;
  #parser: RowParser<S>;
  #digest: string | null;
  #isOver = false;
  /** The end of the file at which what has no line break was taken. */
  #settledAt = -1;

  constructor(
    path: string,
    format: LogFormatName,
    {
      makeParser,
      at,
    }: { readonly makeParser: MakeParser<S>; readonly at: LogPosition | undefined },
  ) {
    const state: State<S> = at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#format = format;
    this.#file = new TextFile(path, { position: at?.position ?? 0, witness: state.witness });
    this.#makeParser = makeParser;
    this.#rows = new RowLog(path, state.rows);
    this.#parser = makeParser(state.parser);
    this.#digest = state.digest;
  }

  read(budget: number): readonly LogEntry[] {
    if (this.#isOver) return [];
    try {
      this.#readOn(budget);
    } catch (error) {
      this.#isOver = true;
      this.#rows.tellOnce("over", error instanceof Error ? error.message : String(error));
    }
    return this.#rows.take();
  }

  /** Takes a last row without a line break, where nobody has written to it for a while. */
  finish(): readonly LogEntry[] {
    return this.read(MOST_ROW_BYTES);
  }

  positions(): readonly LogPosition[] {
    const { position, witness } = this.#file.place;
    const rest = { parser: this.#parser.state(), digest: this.#digest };
    const state: State<S> = { witness, rows: this.#rows.state, ...rest };
    return [
      { path: this.#file.path, format: this.#format, position, state: JSON.stringify(state) },
    ];
  }

  close(): void {}

  #readOn(budget: number): void {
    for (let most = budget; ; most *= 2) {
      let piece = this.#file.read(most);
      if (piece === "rewritten") {
        this.#begin();
        piece = this.#file.read(most);
      }
      if (piece === "rewritten") return;
      if (this.#take(piece) > 0 || piece.isEnd) return;
      if (most > MOST_ROW_BYTES)
        throw new Error(`${this.#rows.where} has no end; a quote may be missing`);
    }
  }

  /** Begins at the beginning: the file was written anew, with other columns or by another training. */
  #begin(): void {
    this.#parser = this.#makeParser(undefined);
    this.#rows.begin();
    if (this.#digest !== null) this.#rows.push({ type: "rewind", step: 0 });
  }

  #take({ bytes, isEnd, ageMs }: Piece): number {
    if (bytes.length === 0) return 0;
    refuseOtherBytes(bytes);
    this.#describe();
    const end = this.#file.place.position + bytes.length;
    const isSettled = isEnd && ageMs > SETTLED_MS && end !== this.#settledAt;
    if (isSettled) this.#settledAt = end;
    const count = this.#parser.take(bytes, this.#rows, isSettled);
    this.#file.advance(bytes, count);
    return count;
  }

  /** Says what run this is, and its settings where they have changed. */
  #describe(): void {
    const { entries, digest } = runEntries(dirname(this.#file.path), this.#digest, null);
    for (const entry of entries) this.#rows.push(entry);
    this.#digest = digest;
  }
}

function refuseOtherBytes(bytes: Buffer): void {
  const [first = 0, second = 0] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isWide) throw new Error("is UTF-16; save it as UTF-8");
  if (bytes.subarray(0, 4096).includes(0)) throw new Error("is no text");
}
