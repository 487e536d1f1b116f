/** One event file of a run. */
import { bucketedTensor } from "../buckets.ts";
import type { Column } from "../columns.ts";
import { WireError, WireReader } from "../protobuf.ts";
import { BEGINNING, type Place, TextFile } from "../text-file.ts";
import { type EventSink, walkEvent } from "./event.ts";
import { histogramOfTensor, isHistogram, type ReadHistogram, readHistogram } from "./histograms.ts";
import { readHparams } from "./hparams.ts";
import { checkRecord, HEAD_BYTES, lengthAt, RecordError, TAIL_BYTES } from "./records.ts";
import type { RunLog } from "./run-log.ts";
import { readTensor } from "./tensor.ts";
import { textConfig } from "./text-config.ts";

/** Larger events are images and graphs: they are passed over. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What of a file is needed to read on; plain JSON. */
export type FileState = {
  readonly place: Place;
  /** Bytes of an event that is passed over. */
  readonly passing: number;
  /** Whether its writer has begun after another one of its folder. */
  readonly isLater: boolean;
  /** Tags that this writer has had. */
  readonly tags: readonly string[];
  readonly isDamaged: boolean;
};

export const NEW_FILE: FileState = {
  place: BEGINNING,
  passing: 0,
  isLater: false,
  tags: [],
  isDamaged: false,
};

/** A tag of all histograms, among those that a later file has had. */
const HISTOGRAMS = "\0histograms";

export type EventFileOptions = {
  readonly path: string;
  /** Names a metric by its tag. */
  readonly nameOf: (tag: string) => string;
  /** Whether it comes after other files of its folder: then a metric begins again where it begins. */
  readonly isLater: boolean;
  readonly state: FileState;
};

export class EventFile implements EventSink {
  readonly path: string;
  readonly #run: RunLog;
  readonly #nameOf: (tag: string) => string;
  #isLater: boolean;
  readonly #file: TextFile;
  readonly #tags: Set<string>;
  readonly #plugins: Map<string, string> = new Map();
  readonly #columns: Map<string, Column> = new Map();
  #needed = 0;
  #passing: number;
  #isDamaged: boolean;
  #hasBegun: boolean;
  #step = 0;
  #isStep = true;

  constructor(run: RunLog, { path, nameOf, isLater, state }: EventFileOptions) {
    this.path = path;
    this.#run = run;
    this.#nameOf = nameOf;
    this.#isLater = isLater || state.isLater;
    this.#file = new TextFile(path, state.place);
    this.#tags = new Set(state.tags);
    this.#hasBegun = state.place.position > 0;
    this.#passing = state.passing;
    this.#isDamaged = state.isDamaged;
  }

  get state(): FileState {
    const { place } = this.#file;
    const [isLater, tags] = [this.#isLater, [...this.#tags]];
    return { place, passing: this.#passing, isLater, tags, isDamaged: this.#isDamaged };
  }

  /** Reads on, about `budget` bytes; returns how many were taken, or that the file is not what it was. */
  read(budget: number): number | "rewritten" {
    if (this.#isDamaged) return 0;
    const piece = this.#file.read(Math.max(budget, this.#needed));
    if (piece === "rewritten") return piece;
    const count = this.#take(piece.bytes);
    const isShort = count === 0 && !piece.isEnd && !this.#isDamaged;
    return isShort ? this.read(this.#needed) : count;
  }

  #take(bytes: Buffer): number {
    let at = 0;
    try {
      at = this.#pass(bytes);
      const reader = new WireReader(bytes);
      for (let size = this.#sizeAt(bytes, at); size > 0; size = this.#sizeAt(bytes, at)) {
        checkRecord(bytes, at, size - HEAD_BYTES - TAIL_BYTES);
        reader.reset(at + HEAD_BYTES, at + size - TAIL_BYTES);
        walkEvent(reader, this);
        at += size;
      }
    } catch (error) {
      if (!(error instanceof RecordError || error instanceof WireError)) throw error;
      this.#isDamaged = true;
      const byte = this.#file.place.position + at;
      const { message } = error;
      this.#run.trouble(`${this.path}: byte ${byte}: ${message}; what comes before it is kept`);
    }
    this.#file.advance(bytes, at);
    return at;
  }

  /** Passes over what is left of an event that is too large. */
  #pass(bytes: Buffer): number {
    const count = Math.min(this.#passing, bytes.length);
    this.#passing -= count;
    return count;
  }

  /** Returns how many bytes the record at a place takes; 0 where it is not whole, or too large. */
  #sizeAt(bytes: Buffer, at: number): number {
    if (this.#passing > 0) return 0;
    const length = lengthAt(bytes, at);
    const size = HEAD_BYTES + (length ?? 0) + TAIL_BYTES;
    if (length !== undefined && bytes.length - at >= size) return size;
    if (size > MOST_BYTES) this.#passing = size;
    this.#needed = size > MOST_BYTES ? 0 : size;
    return 0;
  }

  event(wallSeconds: number, step: number): void {
    this.#step = step;
    this.#isStep = this.#run.event(wallSeconds, step);
  }

  begin(): void {
    // tensorboardX appends to a file that was begun in the same second.
    if (this.#hasBegun) {
      this.#isLater = true;
      this.#tags.clear();
      this.#columns.clear();
    }
    this.#hasBegun = true;
  }

  restart(): void {
    this.#run.restart(this.#step);
  }

  writer(name: string): void {
    this.#run.writer(name);
  }

  scalar(tag: string, number: number): void {
    if (!this.#isStep) {
      this.#run.oddStep(this.path, this.#step);
      return;
    }
    const column = this.#columns.get(tag) ?? this.#column(tag);
    column.add(this.#step, number);
  }

  histogram(tag: string, reader: WireReader): void {
    this.#addHistogram(tag, readHistogram(reader));
  }

  tensor(tag: string, plugin: string, reader: WireReader): void {
    const known = plugin === "" ? (this.#plugins.get(tag) ?? "") : plugin;
    this.#plugins.set(tag, known);
    const tensor = readTensor(reader);
    const [number] = tensor.numbers;
    if (known === "text") this.#addText(tag, tensor.texts);
    else if (known === "hparams" || number === undefined) return;
    else if (known === "histograms" || (known === "" && isHistogram(tensor))) {
      if (isHistogram(tensor)) this.#addHistogram(tag, histogramOfTensor(tensor));
    } else if (tensor.numbers.length === 1) this.scalar(tag, number);
  }

  hparams(content: Buffer): void {
    const { settings, end } = readHparams(content);
    if (settings !== null) this.#run.settings(settings);
    if (end !== null) this.#run.end(end);
  }

  #column(tag: string): Column {
    const name = this.#nameOf(utf8(tag));
    const { columns } = this.#run;
    const column = columns.of(name);
    this.#columns.set(tag, column);
    if (this.#beginsAgain(tag)) columns.beginAt(column, this.#step);
    return column;
  }

  /** Says whether this is the first of a tag in a file that comes after others. */
  #beginsAgain(tag: string): boolean {
    if (!this.#isLater || this.#tags.has(tag)) return false;
    this.#tags.add(tag);
    return true;
  }

  #addHistogram(tag: string, read: ReadHistogram | null): void {
    if (!this.#isStep) this.#run.oddStep(this.path, this.#step);
    if (read === null || !this.#isStep) return;
    if (this.#beginsAgain(HISTOGRAMS)) this.#run.restartProbes();
    const { buckets, known } = read;
    this.#run.probes.add(this.#step, this.#nameOf(utf8(tag)), ({ scale }) =>
      bucketedTensor(buckets, scale, known),
    );
  }

  #addText(tag: string, texts: readonly Buffer[]): void {
    const settings = textConfig(utf8(tag), texts[0]?.toString("utf8") ?? "");
    if (settings !== null) this.#run.settings(settings);
  }
}

/** Returns the text whose UTF-8 bytes are these characters. */
function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
