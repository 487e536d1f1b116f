/** What a store says of runs, as the events that whoever trains them would tell. */
import { isRule } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import type { RunState, RunSummary, StoreReader } from "@ablate/store";

type EndState = Extract<GridEvent, { event: "ended" }>["state"];

const ENDS: ReadonlySet<RunState> = new Set<EndState>([
  "finished",
  "failed",
  "diverged",
  "stopped",
  "interrupted",
]);

/** Updates that were made before a run was started, and by which run. */
type Origin = Pick<Extract<GridEvent, { event: "started" }>, "from" | "of">;

/** What rows do not say of a run. */
export type Tellers = {
  /** News of what the rules say of it. */
  readonly findingsOf: (row: RunSummary) => GridEvent[];
  readonly originOf: (run: string) => Origin;
};

/** Follows runs from their rows. */
export class WatchedEvents {
  readonly #grid: string;
  readonly #beganAt: number;
  readonly #tellers: Tellers;
  readonly #rows = new Map<string, RunSummary>();
  readonly #ended = new Set<string>();
  #toTrain = -1;
  #skipped = 0;
  #started = 0;

  constructor(grid: string, now: number, tellers: Tellers) {
    this.#grid = grid;
    this.#beganAt = now;
    this.#tellers = tellers;
  }

  /** What has happened; at the first look how everything stands. */
  follow(rows: readonly RunSummary[]): GridEvent[] {
    const isFirst = this.#toTrain < 0;
    const before = new Map(rows.map((row) => [row.name, this.#rows.get(row.name)]));
    for (const row of rows) this.#rows.set(row.name, row);
    if (isFirst) return [...this.#plan(rows), ...rows.flatMap((row) => this.#begin(row))];
    return rows.flatMap((row) => this.#change(row, before.get(row.name)));
  }

  /** Whether a run is being trained. */
  get isTraining(): boolean {
    return [...this.#rows.values()].some(({ state }) => state === "running");
  }

  /** Whether a process that trains the grid would have something to do. */
  get isOpen(): boolean {
    return [...this.#rows.values()].some(isToTrain);
  }

  /** How many runs are in each state. */
  get states(): ReadonlyMap<RunState, number> {
    const counts = new Map<RunState, number>();
    for (const { state } of this.#rows.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  done(now: number): GridEvent {
    const count = (...states: readonly RunState[]): number =>
      states.reduce((sum, state) => sum + (this.states.get(state) ?? 0), 0);
    return {
      event: "done",
      grid: this.#grid,
      trained: this.#ended.size,
      skipped: this.#skipped,
      bad: count("failed", "diverged"),
      left: count("pending", "running", "stopped", "interrupted"),
      seconds: (now - this.#beganAt) / 1000,
    };
  }

  #plan(rows: readonly RunSummary[]): GridEvent[] {
    const todo = rows.filter((row) => isToTrain(row) || row.state === "running");
    this.#toTrain = todo.length;
    const steps = todo.reduce((sum, row) => sum + row.steps, 0);
    const counts = { runs: rows.length, toTrain: todo.length, steps };
    return [{ event: "planned", grid: this.#grid, ...counts }];
  }

  #begin(row: RunSummary): GridEvent[] {
    const { name: run, state } = row;
    if (state === "pending") return [];
    if (state === "running") return [this.#start(row), ...this.#goOn(row)];
    this.#skipped += 1;
    return [{ event: "skipped", run, state }];
  }

  #change(row: RunSummary, before: RunSummary | undefined): GridEvent[] {
    const isSame = before?.state === row.state && before.startedAt === row.startedAt;
    if (row.state === "running") {
      return [...(isSame ? [] : [this.#start(row)]), ...this.#goOn(row)];
    }
    if (isSame || !isEnd(row.state)) return [];
    const wasSeen = before?.state === "running" && before.startedAt === row.startedAt;
    this.#ended.add(row.name);
    const start = wasSeen ? [] : [this.#start(row)];
    return [...start, ...this.#tellers.findingsOf(row), endOf(row, row.state)];
  }

  #goOn(row: RunSummary): GridEvent[] {
    return [...this.#tellers.findingsOf(row), ...progressOf(row)];
  }

  #start({ name: run, steps }: RunSummary): GridEvent {
    const index = this.#started;
    this.#started += 1;
    const toTrain = Math.max(this.#toTrain, this.#started);
    const origin = this.#tellers.originOf(run);
    return { event: "started", run, index, toTrain, steps, ...origin };
  }
}

function isToTrain({ state }: RunSummary): boolean {
  return state === "pending" || state === "stopped" || state === "interrupted";
}

function isEnd(state: RunState): state is EndState {
  return ENDS.has(state);
}

function progressOf({ name: run, steps, ...row }: RunSummary): GridEvent[] {
  if (row.lastStep === null) return [];
  const numbers = { step: row.lastStep + 1, steps, loss: row.loss, validLoss: row.validLoss };
  return [{ event: "progress", run, ...numbers, stepsPerSecond: row.stepsPerS }];
}

function endOf({ name: run, steps, error, ...row }: RunSummary, state: EndState): GridEvent {
  return {
    event: "ended",
    run,
    state,
    error,
    rule: null,
    step: (row.lastStep ?? -1) + 1,
    steps,
    loss: row.loss,
    trainLoss: row.trainLoss,
    validLoss: row.validLoss,
    stepsPerSecond: row.stepsPerS,
  };
}

/** Makes the function that reads the findings of a run, where they are news. */
export function findingsTeller(reader: StoreReader): (row: RunSummary) => GridEvent[] {
  const told = new Map<string, string>();
  return ({ name: run, startedAt, lastStep }) => {
    if (reader.thresholds(run) === undefined) return [];
    const findings = reader
      .findings(run)
      .flatMap(({ rule, ...finding }) => (isRule(rule) ? [{ ...finding, rule }] : []));
    // The rules have their first look before the first step.
    if (findings.length === 0 && lastStep === null) return [];
    const news = JSON.stringify([startedAt, findings]);
    if (told.get(run) === news) return [];
    told.set(run, news);
    return [{ event: "findings", run, step: (lastStep ?? -1) + 1, findings }];
  };
}

/** Makes the function that reads where a run was started last. */
export function originTeller(reader: Pick<StoreReader, "events">): (run: string) => Origin {
  return (run) => {
    const start = reader.events(run).findLast(({ kind }) => STARTS.has(kind));
    return { from: start?.from?.step ?? 0, of: start?.from?.run ?? null };
  };
}

const STARTS: ReadonlySet<string> = new Set(["started", "resumed"]);
