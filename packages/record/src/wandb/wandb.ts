/** Files that W&B keeps of runs, offline ones and others: `wandb/*run-*` + `/run-ID.wandb`. */
import { basename, dirname } from "node:path";
import { isMap, type LogPosition } from "@ablate/store";
import type { FoundFile, FoundLog, LogEntry, LogFormat, LogReader, LogTimes } from "../log.ts";
import { WireError } from "../protobuf.ts";
import { realPath } from "../real-path.ts";
import { BEGINNING, type Place } from "../text-file.ts";
import { LogFile, MAGIC, WandbError } from "./log-file.ts";
import { type Fields, walkRecord } from "./record-walk.ts";
import { RunLog, timesOf } from "./run-log.ts";
import { isRunState, NEW_RUN, type RunState } from "./run-state.ts";

const FORMAT = "wandb";

export const wandb: LogFormat = {
  name: FORMAT,
  claims: ({ path, head }) =>
    head.subarray(0, MAGIC.length).equals(MAGIC) || (path.endsWith(".wandb") && head.length > 0),
  logs: (files) => {
    const named = unique(files).flatMap((path) => {
      const name = nameOf(path);
      return name === null ? [] : [{ path, name }];
    });
    return [...Map.groupBy(named, ({ name }) => name.identity).values()].map(logOf);
  },
};

/** Returns the real paths; `latest-run` is a link to one that is there by its own name. */
function unique(files: readonly FoundFile[]): string[] {
  return [...new Set(files.map(({ path }) => realPath(path)))];
}

type RunName = { readonly identity: string; readonly grid: string; readonly label: string };

/** Of the beginning of a file as much as its run is in. */
const LOOK_BYTES = 1024 * 1024;

/** Reads what a run is called; null: its log does not say it yet. */
function nameOf(path: string): RunName | null {
  let found: Fields | null = null;
  const run = (facts: Fields): void => {
    found ??= facts;
  };
  try {
    new LogFile(path).read(LOOK_BYTES, (record) => {
      if (found === null) walkRecord(record, { ...IGNORED, run });
    });
  } catch (error) {
    if (!isDamage(error)) return null;
    // Whoever reads the log says what is wrong with it.
    found ??= { id: basename(path, ".wandb").replace(/^run-/, "") };
  }
  return found === null ? null : namesOf(found, path);
}

function namesOf({ id = "", entity = "", project = "", name = "" }: Fields, path: string): RunName {
  const folder = basename(dirname(dirname(dirname(path)))) || "wandb";
  return {
    identity: `${entity}/${project}/${id}`,
    grid: String(project || folder),
    label: String(name || id || basename(path, ".wandb")),
  };
}

const nothing = (): void => {};
const IGNORED = {
  ...{ value: nothing, row: nothing, summary: nothing, setting: nothing, environment: nothing },
  ...{ imports: nothing, system: nothing, metric: nothing, exit: nothing },
  output: nothing,
};

type NamedFile = { readonly path: string; readonly name: RunName };

/** Makes one log of the files of a run: a run that was resumed has several, in folders named by their times. */
function logOf(files: readonly NamedFile[]): FoundLog {
  const paths = files
    .map(({ path }) => path)
    .sort((a, b) => (orderOf(a) < orderOf(b) || (orderOf(a) === orderOf(b) && a < b) ? -1 : 1));
  const [{ name } = { name: { identity: "", grid: "", label: "" } }] = files;
  const open = (positions: readonly LogPosition[]): LogReader => new WandbLog(paths, positions);
  return { format: FORMAT, ...name, paths, marksEnd: true, open };
}

/** The time in the name of a folder: `offline-run-20260102_030405-ID`. */
function orderOf(path: string): string {
  return /run-(\d{8}_\d{6})/.exec(basename(dirname(path)))?.[1] ?? "";
}

type KeptState = { readonly place: Place; readonly isDamaged: boolean; readonly run?: RunState };

class WandbLog implements LogReader {
  readonly #paths: readonly string[];
  #run: RunLog;
  #files: readonly LogFile[];
  readonly #damaged: Set<string>;

  constructor(paths: readonly string[], positions: readonly LogPosition[]) {
    this.#paths = paths;
    const kept = new Map(positions.map(({ path, state }) => [path, keptState(state)]));
    const run = [...kept.values()].find((state) => state?.run !== undefined)?.run ?? NEW_RUN;
    this.#run = new RunLog(run);
    this.#files = paths.map((path) => new LogFile(path, kept.get(path)?.place ?? BEGINNING));
    this.#damaged = new Set(paths.filter((path) => kept.get(path)?.isDamaged ?? false));
  }

  read(budget: number): readonly LogEntry[] {
    for (;;) {
      const left = this.#readFiles(budget);
      if (left === "rewritten") this.#anew();
      else {
        const entries = this.#run.take(left > 0);
        if (entries.length > 0 || left > 0) return entries;
      }
    }
  }

  positions(): readonly LogPosition[] {
    return this.#files.map(({ path, place }, i) => {
      const run = i === 0 ? { run: this.#run.state } : {};
      const state: KeptState = { place, isDamaged: this.#damaged.has(path), ...run };
      return { path, format: FORMAT, position: place.position, state: JSON.stringify(state) };
    });
  }

  times(): LogTimes {
    return timesOf(this.#run.state);
  }

  close(): void {}

  #readFiles(budget: number): number | "rewritten" {
    let left = budget;
    for (const [i, file] of this.#files.entries()) {
      if (i > 0 && file.place.position === 0) this.#run.beginFile();
      while (left > 0 && !this.#damaged.has(file.path)) {
        const count = this.#readFile(file, left);
        if (count === "rewritten") return count;
        if (count === 0) break;
        left -= count;
      }
    }
    return left;
  }

  #readFile(file: LogFile, budget: number): number | "rewritten" {
    try {
      return file.read(budget, (record) => walkRecord(record, this.#run));
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged.add(file.path);
      this.#run.trouble(`${file.path}: ${error.message}`);
      return 0;
    }
  }

  /** Begins at the beginning: a file is another one than it was. */
  #anew(): void {
    this.#run = new RunLog(NEW_RUN);
    this.#files = this.#paths.map((path) => new LogFile(path));
    this.#damaged.clear();
  }
}

function isDamage(error: unknown): error is WandbError | WireError {
  return error instanceof WandbError || error instanceof WireError;
}

function keptState(text: string): KeptState | null {
  const value: unknown = JSON.parse(text);
  return isKeptState(value) ? value : null;
}

/** Says whether a kept state has the shape that this version writes. */
function isKeptState(value: unknown): value is KeptState {
  if (!isMap(value) || !isMap(value.place)) return false;
  return value.run === undefined || isRunState(value.run);
}
