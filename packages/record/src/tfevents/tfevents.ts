/** Event files of TensorBoard: what PyTorch's SummaryWriter, tensorboardX, Lightning, Keras and JAX write. */
import { isMap, type LogPosition } from "@ablate/store";
import type { FoundLog, LogEntry, LogFormat, LogReader, LogTimes } from "../log.ts";
import { realPath } from "../real-path.ts";
import { settingsIn } from "../settings.ts";
import { EventFile, type FileState, NEW_FILE } from "./event-file.ts";
import { isEventFile } from "./first-events.ts";
import { type RunFile, type RunFolder, runFolders } from "./folders.ts";
import { RunLog, type RunState, timesOf } from "./run-log.ts";

const FORMAT = "tfevents";

export const tfevents: LogFormat = {
  name: FORMAT,
  claims: isEventFile,
  logs: (files) => runFolders(files).map(logOf),
};

function logOf(run: RunFolder): FoundLog {
  const { grid, label, identity, files } = run;
  const paths = files.map(({ path }) => path);
  const open = (positions: readonly LogPosition[]): LogReader => new EventLog(run, positions);
  return { format: FORMAT, identity, grid, label, paths, open };
}

/** What is kept with the place in each file; the run's with that in the first. */
type KeptState = { readonly file: FileState; readonly run?: RunState };

/** Reads the files of a run one after the other, each as far as it goes. */
class EventLog implements LogReader {
  readonly #folder: RunFolder;
  #run: RunLog;
  #files: readonly EventFile[];

  constructor(folder: RunFolder, positions: readonly LogPosition[]) {
    this.#folder = folder;
    const kept = new Map(positions.map(({ path, state }) => [path, keptState(state)]));
    const run = [...kept.values()].find((state) => state?.run !== undefined)?.run ?? null;
    this.#run = new RunLog(run, run === null ? settingsIn(folder.folder).config : {});
    this.#files = folder.files.map((file) => this.#open(file, kept.get(realPath(file.path))?.file));
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

  /** Returns how much of the budget is left: something where all files are read to their ends. */
  #readFiles(budget: number): number | "rewritten" {
    let left = budget;
    for (const file of this.#files) {
      while (left > 0) {
        const count = file.read(left);
        if (count === "rewritten") return count;
        if (count === 0) break;
        left -= count;
      }
    }
    return left;
  }

  positions(): readonly LogPosition[] {
    return this.#files.map((file, i) => {
      const state: KeptState = { file: file.state, ...(i === 0 ? { run: this.#run.state } : {}) };
      const { position } = file.state.place;
      return { path: realPath(file.path), format: FORMAT, position, state: JSON.stringify(state) };
    });
  }

  times(): LogTimes {
    return timesOf(this.#run.state);
  }

  close(): void {}

  /** Begins at the beginning: a file is another one than it was. */
  #anew(): void {
    this.#run = new RunLog(null, settingsIn(this.#folder.folder).config);
    this.#files = this.#folder.files.map((file) => this.#open(file));
  }

  #open(file: RunFile, state: FileState = NEW_FILE): EventFile {
    return new EventFile(this.#run, { ...file, state });
  }
}

function keptState(text: string): KeptState | null {
  const value: unknown = JSON.parse(text);
  return isKeptState(value) ? value : null;
}

/** Says whether a kept state has the shape that this version writes. */
function isKeptState(value: unknown): value is KeptState {
  if (!isMap(value) || !isMap(value.file)) return false;
  const { place, passing, tags } = value.file;
  return isMap(place) && typeof passing === "number" && Array.isArray(tags);
}
