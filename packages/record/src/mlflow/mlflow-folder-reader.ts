import { join } from "node:path";
import type { LogPosition } from "@ablate/store";
import { Columns } from "../columns.ts";
import type { LogEntry, LogReader } from "../log.ts";
import { momentOf } from "../moment.ts";
import { isStep, numberOf } from "../number-text.ts";
import { runEntry } from "../run-entry.ts";
import { BEGINNING, type Place, TextFile } from "../text-file.ts";
import { filesIn, metaOf, textsIn } from "./mlflow-files.ts";
import { endOf, provenanceOf, settingOf, UncountedMetrics } from "./mlflow-run.ts";

/** What reading on needs; plain JSON. */
type State = {
  /** Where each metric is read to. */
  readonly places: Readonly<Record<string, Place>>;
  readonly uncounted: Readonly<Record<string, number>>;
  /** JSON of what was said of the run; null: nothing was. */
  readonly said: string | null;
  readonly status: string;
  readonly told: readonly string[];
};

const FIRST: State = { places: {}, uncounted: {}, said: null, status: "", told: [] };

export class MlflowFolderReader implements LogReader {
  readonly #folder: string;
  readonly #places: Map<string, Place>;
  #uncounted: UncountedMetrics;
  #said: string | null;
  #status: string;
  readonly #told: Set<string>;
  #entries: LogEntry[] = [];

  constructor(folder: string, at: LogPosition | undefined) {
    const state: State = at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#folder = folder;
    this.#places = new Map(Object.entries(state.places));
    this.#uncounted = new UncountedMetrics(state.uncounted);
    this.#said = state.said;
    this.#status = state.status;
    this.#told = new Set(state.told);
  }

  read(budget: number): readonly LogEntry[] {
    this.#entries = [];
    const meta = metaOf(this.#folder);
    // While it is written anew there is none.
    if (meta === undefined || meta.lifecycle_stage === "deleted") return [];
    this.#describe(timeOf(meta.start_time));
    const series = new Columns();
    let left = budget;
    for (const name of filesIn(join(this.#folder, "metrics"))) {
      if (left > 0) left -= this.#metric(name, series, left);
    }
    const taken = series.take();
    if (taken.length > 0) this.#entries.push({ type: "metrics", series: taken });
    if (left > 0) this.#end(meta, taken.length > 0);
    return this.#entries;
  }

  positions(): readonly LogPosition[] {
    const places = Object.fromEntries(this.#places);
    const state: State = {
      places,
      uncounted: this.#uncounted.counts,
      said: this.#said,
      status: this.#status,
      told: [...this.#told],
    };
    const position = [...this.#places.values()].reduce((sum, place) => sum + place.position, 0);
    return [{ path: this.#folder, format: "mlflow", position, state: JSON.stringify(state) }];
  }

  close(): void {}

  #describe(startMs: number | null): void {
    const params = [...textsIn(join(this.#folder, "params"))];
    const config = Object.fromEntries(params.map(([key, text]) => [key, settingOf(text)]));
    const provenance = provenanceOf(textsIn(join(this.#folder, "tags")));
    const said = JSON.stringify([config, provenance]);
    if (said === this.#said) return;
    if (this.#said === null) {
      this.#entries.push(runEntry({ config, provenance, startedAt: momentOf(startMs) }));
    } else {
      const description = { config: JSON.stringify(config), provenance };
      this.#entries.push({ type: "describe", description });
    }
    this.#said = said;
  }

  /** Reads on in the file of a metric; returns how many bytes it has read. */
  #metric(name: string, series: Columns, most: number): number {
    const path = join(this.#folder, "metrics", name);
    const file = new TextFile(path, this.#places.get(name) ?? BEGINNING);
    try {
      let piece = file.read(most);
      if (piece === "rewritten") {
        this.#uncounted.forget(name);
        piece = file.read(most);
      }
      if (piece === "rewritten") return 0;
      const end = piece.bytes.lastIndexOf("\n") + 1;
      for (const line of piece.bytes.toString("utf8", 0, end).split("\n")) {
        this.#line(line, name, series);
      }
      file.advance(piece.bytes, end);
      this.#places.set(name, file.place);
      return end;
    } catch (error) {
      this.#tellOnce(name, `${path}: ${error instanceof Error ? error.message : error}`);
      return 0;
    }
  }

  #line(line: string, name: string, series: Columns): void {
    if (line.trim() === "") return;
    const [, number = "", stepText = "0"] = line.trim().split(" ");
    const value = numberOf(number);
    const step = Number(stepText);
    if (isStep(step) && typeof value === "number") {
      series.of(name).add(this.#uncounted.place(name, step), value);
      return;
    }
    const path = join(this.#folder, "metrics", name);
    const said = line.trim().slice(0, 60);
    this.#tellOnce(name, `${path}: "${said}" is not a step; such lines are left out`);
  }

  #end(meta: Readonly<Record<string, unknown>>, isNews: boolean): void {
    const status = String(meta.status ?? "");
    const end = endOf(status, timeOf(meta.start_time), timeOf(meta.end_time));
    if (end !== null && (isNews || status !== this.#status)) this.#entries.push(end);
    this.#status = status;
  }

  #tellOnce(key: string, message: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#entries.push({ type: "trouble", message });
  }
}

function timeOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
