/** What a store says of runs, as the events that whoever trains them would tell. */
import { isRule, otherThanCurrent } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import { type RunState, type RunSummary, type StoreReader, WAITING_STATES } from "@ablate/store";

type EndState = Extract<GridEvent, { event: "ended" }>["state"];

const ENDS: ReadonlySet<RunState> = new Set<EndState>([
  "finished",
  "failed",
  "diverged",
  "stopped",
  "interrupted",
]);

/** Follows runs from their rows. */
export class WatchedEvents {
  readonly #grid: string;
  readonly #began: number = performance.now();
  readonly #reader: StoreReader;
  readonly #rows = new Map<string, RunSummary>();
  readonly #ended = new Set<string>();
  /** The findings that were told of each run. */
  readonly #told = new Map<string, string>();
  /** The worker of another machine that was told of each run. */
  readonly #placed = new Map<string, string>();
  #toTrain = -1;
  #skipped = 0;
  #started = 0;

  constructor(grid: string, reader: StoreReader) {
    this.#grid = grid;
    this.#reader = reader;
  }

  /** Returns what has happened; at the first call how everything stands. */
  follow(rows: readonly RunSummary[]): GridEvent[] {
    const isFirst = this.#toTrain < 0;
    const before = new Map(rows.map((row) => [row.name, this.#rows.get(row.name)]));
    for (const row of rows) this.#rows.set(row.name, row);
    if (isFirst) return [this.#plan(rows), ...rows.flatMap((row) => this.#begin(row))];
    return rows.flatMap((row) => this.#change(row, before.get(row.name)));
  }

  /** Counts the runs that are in one of these states. */
  count(...states: readonly RunState[]): number {
    return this.runs.filter(({ state }) => states.includes(state)).length;
  }

  /** The runs as they are now. */
  get runs(): readonly RunSummary[] {
    return [...this.#rows.values()];
  }

  /** Whether every run is recorded from a log. */
  get areRecorded(): boolean {
    return this.runs.every(({ source }) => source !== null);
  }

  done(): GridEvent {
    return {
      event: "done",
      grid: this.#grid,
      trained: this.#ended.size,
      skipped: this.#skipped,
      bad: this.count("failed", "diverged"),
      left: this.count("running", ...WAITING_STATES),
      kept: 0,
      seconds: (performance.now() - this.#began) / 1000,
    };
  }

  #plan(rows: readonly RunSummary[]): GridEvent {
    const todo = rows.filter(({ state }) => state === "running" || WAITING_STATES.includes(state));
    this.#toTrain = todo.length;
    const steps = todo.reduce((sum, row) => sum + plannedSteps(row), 0);
    const done = rows.filter(({ state }) => state === "finished" || state === "diverged").length;
    const counts = { runs: rows.length, toTrain: todo.length, done, steps };
    return { event: "planned", grid: this.#grid, ...counts };
  }

  #begin(row: RunSummary): GridEvent[] {
    const { name: run, state } = row;
    if (state === "pending") return [];
    if (state === "running") {
      return [this.#start(row), ...this.#seen(row), ...progressOf(row)];
    }
    this.#skipped += 1;
    const otherRevision = otherThanCurrent(row)?.revision ?? null;
    const ofLog = row.source === null ? {} : { source: row.source };
    const kept = { otherRevision, keptStep: null, keptRevision: null };
    return [{ event: "skipped", run, state, ...kept, ...ofLog }];
  }

  #change(row: RunSummary, before: RunSummary | undefined): GridEvent[] {
    const isSameStart = before?.startedAt === row.startedAt;
    const isSame = isSameStart && before?.state === row.state;
    if (row.state === "running") {
      const start = isSame ? [] : [this.#start(row)];
      return [...start, ...this.#seen(row), ...progressOf(row)];
    }
    if (isSame || !isEnd(row.state)) return [];
    this.#ended.add(row.name);
    const start = isSameStart && before?.state === "running" ? [] : [this.#start(row)];
    return [...start, ...this.#seen(row), endOf(row, row.state)];
  }

  /** Tells that a run was started, and from which updates of which run. */
  #start(row: RunSummary): GridEvent {
    const { name: run } = row;
    const steps = plannedSteps(row);
    const index = this.#started;
    this.#started += 1;
    const toTrain = Math.max(this.#toTrain, this.#started);
    const isStart = ({ kind }: { readonly kind: string }): boolean =>
      kind === "started" || kind === "resumed";
    const origin = this.#reader.events(run).findLast(isStart)?.from;
    const from = origin?.step ?? 0;
    const before = this.#reader.revisions(run);
    const { step, revision = 1 } = before.pop() ?? {};
    const ofRevision = step === from ? (before.pop()?.revision ?? null) : null;
    const origins = { from, of: origin?.run ?? null, ofRevision, revision };
    return { event: "started", run, index, toTrain, steps, ...origins };
  }

  /** Tells what else is seen of a run, where it is news. */
  #seen(row: RunSummary): GridEvent[] {
    return [...this.#place(row), ...this.#findings(row)];
  }

  /** Tells which other machine trains a run. */
  #place({ name: run, startedAt }: RunSummary): GridEvent[] {
    const { worker = null, host } = this.#reader.provenance(run);
    const isElsewhere = worker !== null && typeof host === "string";
    const news = JSON.stringify([startedAt, worker]);
    if (!isElsewhere || this.#placed.get(run) === news) return [];
    this.#placed.set(run, news);
    return [{ event: "placed", run, host }];
  }

  /** Tells the findings of a run, where they are news. */
  #findings({ name: run, startedAt, lastStep }: RunSummary): GridEvent[] {
    if (this.#reader.thresholds(run) === undefined) return [];
    const findings = this.#reader
      .findings(run)
      .flatMap(({ rule, ...finding }) => (isRule(rule) ? [{ ...finding, rule }] : []));
    // The rules are first applied before the first step.
    if (findings.length === 0 && lastStep === null) return [];
    const news = JSON.stringify([startedAt, findings]);
    if (this.#told.get(run) === news) return [];
    this.#told.set(run, news);
    return [{ event: "findings", run, step: (lastStep ?? -1) + 1, findings }];
  }
}

/** Returns the updates that a run is to make: as many as it has made where its end is open. */
function plannedSteps({ steps, lastStep }: RunSummary): number {
  return steps ?? (lastStep ?? -1) + 1;
}

function isEnd(state: RunState): state is EndState {
  return ENDS.has(state);
}

function progressOf(row: RunSummary): GridEvent[] {
  const { name: run } = row;
  const steps = plannedSteps(row);
  if (row.lastStep === null) return [];
  const numbers = { step: row.lastStep + 1, steps, loss: row.loss, validLoss: row.validLoss };
  return [{ event: "progress", run, ...numbers, stepsPerSecond: row.stepsPerS }];
}

function endOf(row: RunSummary, state: EndState): GridEvent {
  const { name: run, error } = row;
  const steps = plannedSteps(row);
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
