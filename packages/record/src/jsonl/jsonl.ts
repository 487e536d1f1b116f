/** Metrics as JSON: an object a line, or a document that is written anew. */
import { realpathSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { FoundFile, FoundLog, LogFormat, LogOptions } from "../log.ts";
import { looksMeasured } from "../measure-names.ts";
import { placeName } from "../place-name.ts";
import { textLog } from "../text-log.ts";
import { DocumentReader } from "./document-reader.ts";
import { LinesParser, type LinesState } from "./lines-parser.ts";
import { latestState, outputFolder, TRAINER_STATE } from "./trainer-state.ts";

const LINES: ReadonlySet<string> = new Set([".jsonl", ".ndjson"]);

/** Documents and lines of JSON that loggers write; any other has to be named. */
const DOCUMENTS =
  /^(trainer_state|history|log_history|metrics|log|train_log|result|progress|.*[._-]log)\.json$/i;

export const jsonl: LogFormat = {
  name: "jsonl",
  claims: ({ path, head, isNamed }) => {
    const text = head
      .toString("utf8")
      .replace(/^\ufeff/, "")
      .trimStart();
    if (!/^(\{\s*("|$|\})|\[\s*(\{|$|\]))/.test(text)) return false;
    if (isNamed || basename(path) === TRAINER_STATE) return true;
    const isLog = LINES.has(extname(path).toLowerCase()) || DOCUMENTS.test(basename(path));
    return isLog && looksMeasured(keysIn(text));
  },
  logs: (files, options) => {
    const isState = ({ path }: FoundFile): boolean => basename(path) === TRAINER_STATE;
    const folders = new Set(
      files.filter((file) => isState(file) && !file.isNamed).map(({ path }) => outputFolder(path)),
    );
    const statesIn = (folder: string): readonly string[] =>
      files.map(({ path }) => path).filter((path) => outputFolder(path) === folder);
    return [
      ...[...folders].map((folder) => trainerLog(folder, statesIn(folder), options)),
      ...files.filter((file) => !isState(file) || file.isNamed).map((one) => logOf(one, options)),
    ];
  },
};

function keysIn(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map(([, key = ""]) => key);
}

function logOf(file: FoundFile, { stepColumn }: LogOptions): FoundLog {
  if (!isDocument(file)) {
    return textLog<LinesState>(file.path, "jsonl", (state) => new LinesParser(stepColumn, state));
  }
  const real = realpathSync(file.path);
  return documentLog(real, real, { file: () => real, stepColumn });
}

/** Says whether a file is one document: its first line is no object of its own. */
function isDocument({ head }: FoundFile): boolean {
  const text = head.toString("utf8").trimStart();
  if (text.startsWith("[")) return true;
  const [line = ""] = text.split("\n");
  // A line that is longer than the head is not a document of one line, unless it is a list by name.
  if (!text.includes("\n")) return /^\{\s*"[^"]*"\s*:\s*\[/.test(text);
  return !line.trimEnd().endsWith("}");
}

function trainerLog(
  folder: string,
  states: readonly string[],
  { stepColumn }: LogOptions,
): FoundLog {
  const real = realpathSync(folder);
  const source = { file: () => latestState(real), stepColumn };
  return { ...documentLog(real, join(real, TRAINER_STATE), source), paths: states, marksEnd: true };
}

function documentLog(
  place: string,
  path: string,
  source: { readonly file: () => string | undefined; readonly stepColumn: string | null },
): FoundLog {
  return {
    format: "jsonl",
    identity: `jsonl:${place}`,
    ...placeName(path),
    paths: [place],
    open: (positions) =>
      new DocumentReader(
        { place, ...source },
        positions.find((one) => one.path === place),
      ),
  };
}
