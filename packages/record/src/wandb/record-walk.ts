/** Records of W&B's log: which of them matter, and what they have. */
import { BYTES, FIXED64, keyOf, VARINT, WireReader } from "../protobuf.ts";

/** Keys that lead to a value. */
export type Path = readonly string[];

/** Is told what a record has; values are JSON. */
export type RecordSink = {
  /** A value of the row that ends with `row`; `path` is the bytes that spell its keys, see `pathOf`. */
  readonly value: (path: string, json: string) => void;
  /** Ends a row; step -1: one of its values says it. */
  readonly row: (step: number) => void;
  /** A value of the summary, which the sink reads or skips; `path` as that of a row. */
  readonly summary: (path: string, reader: WireReader) => void;
  /** Null: the setting is gone. */
  readonly setting: (path: Path, json: string | null) => void;
  /** Comes before the settings of its record. */
  readonly run: (facts: Fields, start: number) => void;
  readonly environment: (facts: Fields) => void;
  /** Packages that were imported, by their number. */
  readonly imports: (fields: Fields) => void;
  readonly system: (name: string, json: string) => void;
  readonly metric: (facts: Fields) => void;
  readonly exit: (facts: Fields) => void;
  /** What the script has printed; `seconds` since 1970, 0: not said. */
  readonly output: (facts: Fields, seconds: number) => void;
};

export type Fields = Readonly<Record<string, string | number>>;

const HISTORY = keyOf(2, BYTES);
const SUMMARY = keyOf(3, BYTES);
const OUTPUT = keyOf(4, BYTES);
const CONFIG = keyOf(5, BYTES);
const STATS = keyOf(7, BYTES);
const TELEMETRY = keyOf(11, BYTES);
const METRIC = keyOf(12, BYTES);
const OUTPUT_RAW = keyOf(13, BYTES);
const RUN = keyOf(17, BYTES);
const EXIT = keyOf(18, BYTES);
const ENVIRONMENT = keyOf(26, BYTES);

/** Tells of a record; of kinds that it does not know nothing. */
export function walkRecord(record: Buffer, sink: RecordSink): void {
  const reader = new WireReader(record);
  while (reader.next()) {
    const walk = WALKS.get(reader.key);
    if (walk === undefined) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    walk(reader, sink);
    reader.leave(outer);
  }
}

type Walk = (reader: WireReader, sink: RecordSink) => void;

const WALKS: ReadonlyMap<number, Walk> = new Map([
  [HISTORY, walkHistory],
  [SUMMARY, walkSummary],
  [CONFIG, (reader, sink) => walkItems(reader, (path, json) => sink.setting(path, json))],
  [STATS, walkStats],
  [OUTPUT, walkOutput],
  [OUTPUT_RAW, walkOutput],
  [TELEMETRY, walkTelemetry],
  [METRIC, (reader, sink) => sink.metric(fieldsOf(reader, METRIC_FIELDS))],
  [RUN, walkRun],
  [EXIT, (reader, sink) => sink.exit(fieldsOf(reader, EXIT_FIELDS))],
  [ENVIRONMENT, walkEnvironment],
]);

const METRIC_FIELDS = { 1: "name", 2: "glob", 8: "goal" };
const EXIT_FIELDS = { 1: "code", 2: "runtime" };

const ITEM = keyOf(1, BYTES);
const STEP = keyOf(2, BYTES);
const KEY = keyOf(1, BYTES);
const NESTED_KEY = keyOf(2, BYTES);
const VALUE = keyOf(16, BYTES);

function walkHistory(reader: WireReader, sink: RecordSink): void {
  let step = -1;
  while (reader.next()) {
    if (reader.key === ITEM) {
      const outer = reader.enter();
      walkItem(reader, (path) => sink.value(path, reader.latin1()));
      reader.leave(outer);
    } else if (reader.key === STEP) {
      const outer = reader.enter();
      step = Number(fieldsOf(reader, { 1: "step" }).step ?? 0);
      reader.leave(outer);
    } else reader.skip();
  }
  sink.row(step);
}

/** Keys come before the value: their bytes are the same in each record, and told as they are. */
function walkItem(reader: WireReader, take: (path: string) => void): void {
  const from = reader.place;
  let end = from;
  while (reader.next()) {
    if (reader.key === VALUE) take(reader.bytes.toString("latin1", from, end));
    else {
      const isKey = reader.key === KEY || reader.key === NESTED_KEY;
      reader.skip();
      if (isKey) end = reader.place;
    }
  }
}

function walkSummary(reader: WireReader, sink: RecordSink): void {
  while (reader.next()) {
    if (reader.key !== UPDATE) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    walkItem(reader, (path) => sink.summary(path, reader));
    reader.leave(outer);
  }
}

/** Returns the keys that these bytes spell. */
export function pathOf(bytes: string): Path {
  const reader = new WireReader(Buffer.from(bytes, "latin1"));
  const path: string[] = [];
  while (reader.next()) {
    if (reader.key === KEY || reader.key === NESTED_KEY) path.push(reader.text());
    else reader.skip();
  }
  return path;
}

const UPDATE = keyOf(1, BYTES);
const REMOVE = keyOf(2, BYTES);

/** Walks over what a record updates, and removes: that has no value. */
function walkItems(reader: WireReader, take: (path: Path, json: string | null) => void): void {
  while (reader.next()) {
    const isUpdate = reader.key === UPDATE;
    if (!isUpdate && reader.key !== REMOVE) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    const path: string[] = [];
    let json: string | null = null;
    while (reader.next()) {
      if (reader.key === KEY || reader.key === NESTED_KEY) path.push(reader.text());
      else if (reader.key === VALUE) json = reader.text();
      else reader.skip();
    }
    reader.leave(outer);
    take(path, isUpdate ? json : null);
  }
}

const STATS_ITEM = keyOf(3, BYTES);

function walkStats(reader: WireReader, sink: RecordSink): void {
  while (reader.next()) {
    if (reader.key !== STATS_ITEM) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    const { name = "", json = "" } = fieldsOf(reader, { 1: "name", 16: "json" });
    reader.leave(outer);
    sink.system(String(name), String(json));
  }
}

const PRINTED_AT = keyOf(2, BYTES);

function walkOutput(reader: WireReader, sink: RecordSink): void {
  let seconds = 0;
  const facts = fieldsOf(reader, { 1: "stream", 3: "text" }, (key) => {
    if (key === PRINTED_AT) seconds = Number(fieldsOf(reader, { 1: "seconds" }).seconds ?? 0);
  });
  sink.output(facts, seconds);
}

const RUN_CONFIG = keyOf(4, BYTES);
const RUN_START = keyOf(17, BYTES);
const RUN_TELEMETRY = keyOf(19, BYTES);
const RUN_GIT = keyOf(21, BYTES);
const RUN_FIELDS = {
  ...{ 1: "id", 2: "entity", 3: "project", 6: "group", 7: "job_type", 8: "name" },
  ...{ 9: "notes", 10: "tags", 12: "sweep", 13: "host" },
};

function walkRun(reader: WireReader, sink: RecordSink): void {
  const from = reader.place;
  let start = 0;
  const facts = fieldsOf(reader, RUN_FIELDS, (key) => {
    if (key === RUN_START) start = Number(fieldsOf(reader, { 1: "seconds" }).seconds ?? 0);
  });
  sink.run(facts, start);
  reader.rewind(from);
  fieldsOf(reader, {}, (key) => {
    if (key === RUN_CONFIG) walkItems(reader, (path, json) => sink.setting(path, json));
    else if (key === RUN_TELEMETRY) walkTelemetry(reader, sink);
    else if (key === RUN_GIT) sink.environment(fieldsOf(reader, GIT_FIELDS));
  });
}

const IMPORTS = [keyOf(1, BYTES), keyOf(2, BYTES)];
const TELEMETRY_FIELDS = { 4: "python", 5: "wandb" };
const IMPORT_FIELDS = { 1: "torch", 3: "tensorflow", 12: "jax" };

function walkTelemetry(reader: WireReader, sink: RecordSink): void {
  const facts = fieldsOf(reader, TELEMETRY_FIELDS, (key) => {
    if (IMPORTS.includes(key)) sink.imports(fieldsOf(reader, IMPORT_FIELDS));
  });
  sink.environment(facts);
}

const ENVIRONMENT_FIELDS = {
  ...{ 1: "os", 2: "python", 5: "arguments", 6: "program", 12: "host", 18: "gpu" },
  ...{ 19: "gpus", 25: "cuda" },
};
const ENVIRONMENT_GIT = keyOf(9, BYTES);
const GIT_FIELDS = { 1: "git_remote", 2: "git_commit" };

function walkEnvironment(reader: WireReader, sink: RecordSink): void {
  const facts = fieldsOf(reader, ENVIRONMENT_FIELDS, (key) => {
    if (key === ENVIRONMENT_GIT) sink.environment(fieldsOf(reader, GIT_FIELDS));
  });
  sink.environment(facts);
}

/**
 * Reads the fields with these numbers, texts that repeat joined by spaces. Other fields of bytes are entered and told to
 * `visit`, which may leave them unread.
 */
function fieldsOf(
  reader: WireReader,
  names: Readonly<Record<number, string>>,
  visit?: (key: number) => void,
): Fields {
  const fields: Record<string, string | number> = {};
  while (reader.next()) {
    const { key } = reader;
    const name = names[key >>> 3];
    if (name !== undefined && key % 8 === VARINT) fields[name] = reader.integer();
    else if (name !== undefined && key % 8 === FIXED64) fields[name] = reader.double();
    else if (name !== undefined && key % 8 === BYTES) {
      const text = reader.text();
      fields[name] = fields[name] === undefined ? text : `${fields[name]} ${text}`;
    } else if (visit !== undefined && key % 8 === BYTES) {
      const outer = reader.enter();
      visit(key);
      reader.leave(outer);
    } else reader.skip();
  }
  return fields;
}
