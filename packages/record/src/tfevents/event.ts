/** Events of TensorBoard, one a record. */
import { BYTES, FIXED32, FIXED64, keyOf, VARINT, type WireReader } from "../protobuf.ts";

/** Is told what an event has, in its order; a tag is its UTF-8 bytes, each as one character. */
export type EventSink = {
  readonly event: (wallSeconds: number, step: number) => void;
  /** A writer has begun: at the beginning of a file, and behind what another one has written to it. */
  readonly begin: () => void;
  /** Training was started, or started again, at the event's step. */
  readonly restart: () => void;
  /** Says which program has written the file. */
  readonly writer: (name: string) => void;
  readonly scalar: (tag: string, number: number) => void;
  /** The reader is in a HistogramProto. */
  readonly histogram: (tag: string, reader: WireReader) => void;
  /** The reader is in a TensorProto; of a tag's plugin only the first event may say the name. */
  readonly tensor: (tag: string, plugin: string, reader: WireReader) => void;
  /** What the plugin for hyperparameters keeps. */
  readonly hparams: (content: Buffer) => void;
};

const WALL_TIME = keyOf(1, FIXED64);
const STEP = keyOf(2, VARINT);
const VERSION = keyOf(3, BYTES);
const SUMMARY = keyOf(5, BYTES);
const SESSION_LOG = keyOf(7, BYTES);
const SOURCE = keyOf(10, BYTES);

/** Tells of the event that the reader is in. */
export function walkEvent(reader: WireReader, sink: EventSink): void {
  let [wall, step, from, end] = [0, 0, 0, 0];
  let isRestart = false;
  while (reader.next()) {
    const { key } = reader;
    if (key === WALL_TIME) wall = reader.double();
    else if (key === STEP) step = reader.integer();
    else if (key === VERSION) {
      reader.skip();
      sink.begin();
    } else if (key === SUMMARY) {
      const outer = reader.enter();
      from = reader.place;
      reader.leave(outer);
      end = reader.place;
    } else if (key === SESSION_LOG) isRestart = isStart(reader);
    else if (key === SOURCE) sink.writer(writerName(reader));
    else reader.skip();
  }
  sink.event(wall, step);
  if (isRestart) sink.restart();
  if (end > from) walkSummary(reader, { from, end }, sink);
}

const STATUS = keyOf(1, VARINT);
const START = 1;

function isStart(reader: WireReader): boolean {
  const outer = reader.enter();
  let status = 0;
  while (reader.next()) {
    if (reader.key === STATUS) status = reader.integer();
    else reader.skip();
  }
  reader.leave(outer);
  return status === START;
}

const WRITER = keyOf(1, BYTES);

function writerName(reader: WireReader): string {
  const outer = reader.enter();
  let name = "";
  while (reader.next()) {
    if (reader.key === WRITER) name = reader.text();
    else reader.skip();
  }
  reader.leave(outer);
  return name;
}

type Span = { readonly from: number; readonly end: number };

const VALUE = keyOf(1, BYTES);

function walkSummary(reader: WireReader, { from, end }: Span, sink: EventSink): void {
  reader.reset(from, end);
  while (reader.next()) {
    if (reader.key !== VALUE) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    walkValue(reader, sink);
    reader.leave(outer);
  }
}

const TAG = keyOf(1, BYTES);
const SIMPLE = keyOf(2, FIXED32);
const HISTOGRAM = keyOf(5, BYTES);
const TENSOR = keyOf(8, BYTES);
const METADATA = keyOf(9, BYTES);

/** Tells of a value once its metadata are known: by the numbers of the fields a tensor comes before them. */
function walkValue(reader: WireReader, sink: EventSink): void {
  let [tag, plugin] = ["", ""];
  let [from, end, isTensor] = [0, 0, false];
  while (reader.next()) {
    const { key } = reader;
    if (key === TAG) tag = reader.latin1();
    else if (key === SIMPLE) sink.scalar(tag, reader.float());
    else if (key === METADATA) plugin = walkMetadata(reader, sink);
    else if (key === HISTOGRAM || key === TENSOR) {
      const outer = reader.enter();
      from = reader.place;
      reader.leave(outer);
      end = reader.place;
      isTensor = key === TENSOR;
    } else reader.skip();
  }
  if (end === 0) return;
  const { place } = reader;
  reader.reset(from, end);
  if (isTensor) sink.tensor(tag, plugin, reader);
  else sink.histogram(tag, reader);
  reader.reset(place, place);
}

const PLUGIN_DATA = keyOf(1, BYTES);
const PLUGIN_NAME = keyOf(1, BYTES);
const PLUGIN_CONTENT = keyOf(2, BYTES);

/** Returns the name of the plugin that shows the value. */
function walkMetadata(reader: WireReader, sink: EventSink): string {
  const outer = reader.enter();
  let name = "";
  let content: Buffer | null = null;
  while (reader.next()) {
    if (reader.key !== PLUGIN_DATA) {
      reader.skip();
      continue;
    }
    const metadata = reader.enter();
    while (reader.next()) {
      if (reader.key === PLUGIN_NAME) name = reader.text();
      else if (reader.key === PLUGIN_CONTENT) content = reader.slice();
      else reader.skip();
    }
    reader.leave(metadata);
  }
  reader.leave(outer);
  if (name === "hparams" && content !== null) sink.hparams(content);
  return name;
}
