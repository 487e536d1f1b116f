/** What TensorBoard's plugin for hyperparameters keeps of a run. */
import { BYTES, FIXED64, keyOf, VARINT, WireReader } from "../protobuf.ts";

export type Hparams = {
  /** Settings, where the session begins. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** How the session ended, where it says so. */
  readonly end: "finished" | "failed" | null;
};

const SESSION_START = keyOf(3, BYTES);
const SESSION_END = keyOf(4, BYTES);
const HPARAMS = keyOf(1, BYTES);
const STATUS = keyOf(1, VARINT);
const SUCCESS = 1;
const FAILURE = 2;

/** Reads the content of the plugin. */
export function readHparams(content: Buffer): Hparams {
  const reader = new WireReader(content);
  let settings: Hparams["settings"] = null;
  let end: Hparams["end"] = null;
  while (reader.next()) {
    if (reader.key === SESSION_START) settings = readSettings(reader);
    else if (reader.key === SESSION_END) end = readEnd(reader);
    else reader.skip();
  }
  return { settings, end };
}

function readSettings(reader: WireReader): Readonly<Record<string, unknown>> {
  const outer = reader.enter();
  const all: [string, unknown][] = [];
  while (reader.next()) {
    if (reader.key === HPARAMS) all.push(readEntry(reader));
    else reader.skip();
  }
  reader.leave(outer);
  return Object.fromEntries(all);
}

const ENTRY_KEY = keyOf(1, BYTES);
const ENTRY_VALUE = keyOf(2, BYTES);

function readEntry(reader: WireReader): [string, unknown] {
  const outer = reader.enter();
  let name = "";
  let value: unknown = null;
  while (reader.next()) {
    if (reader.key === ENTRY_KEY) name = reader.text();
    else if (reader.key === ENTRY_VALUE) value = readValue(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return [name, value];
}

const NUMBER = keyOf(2, FIXED64);
const TEXT = keyOf(3, BYTES);
const BOOLEAN = keyOf(4, VARINT);

/** Reads a google.protobuf.Value; lists and objects are none that the plugin takes. */
function readValue(reader: WireReader): unknown {
  const outer = reader.enter();
  let value: unknown = null;
  while (reader.next()) {
    if (reader.key === NUMBER) value = reader.double();
    else if (reader.key === TEXT) value = reader.text();
    else if (reader.key === BOOLEAN) value = reader.integer() !== 0;
    else reader.skip();
  }
  reader.leave(outer);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function readEnd(reader: WireReader): Hparams["end"] {
  const outer = reader.enter();
  let status = 0;
  while (reader.next()) {
    if (reader.key === STATUS) status = reader.integer();
    else reader.skip();
  }
  reader.leave(outer);
  if (status === SUCCESS) return "finished";
  return status === FAILURE ? "failed" : null;
}
