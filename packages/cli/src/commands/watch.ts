/** What a store says of runs, as the events that whoever trains them would tell. */

import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { isRule, otherThanCurrent } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import {
  endText,
  RunFollower,
  type RunState,
  type RunSummary,
  type StoreReader,
  statesText,
  WAITING_STATES,
} from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import { ALL_OPTION, CI, FAILED, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { NOTIFY, NOTIFY_OPTION, notify, wantedNotice } from "../print/notify.ts";
import { showProgress } from "../print/progress/show-progress.ts";
import { storePath, withOpenReader } from "../store/open.ts";
import { findTarget, scopeOf } from "../store/resolve.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 150;

export const command: Command = {
  about:
    "Shows the progress of a run or a grid that another process trains, from the store alone, as `ablate run` would: a live block on a terminal, plain lines elsewhere. It writes nothing and ends when nothing is left to watch.",
  options: {
    ...STORE_OPTION,
    ...ALL_OPTION,
    ...NOTIFY_OPTION,
    json: { help: "print events, one JSON object a line" },
  },
  examples: [
    ["ablate watch quickstart", "the progress of a grid that another process trains"],
    ["ablate watch quickstart/v5", "of one run; ends when it does"],
    ["ablate watch quickstart && ablate runs", "wait, then go on if nothing went wrong"],
  ],
  exits: [FAILED, STOPPED],
  environment: [NOTIFY, CI],
  see: ["docs/json.md", "ablate ui", "ablate run"],
  run: (invocation) => withOpenReader(invocation, (reader) => watch(invocation, reader)),
};

async function watch(invocation: Invocation, reader: StoreReader): Promise<number> {
  const { flags, terminal } = invocation;
  const notice = wantedNotice(invocation);
  const refuseIfGone = goneChecker(storePath(invocation));
  const scope = scopeOf(invocation);
  const { name: title, grid } = findTarget(reader, flags.positionals[0] ?? "", scope);
  const grids = grid === null ? gridsOf(title, reader) : [grid];
  const style = flags.has("json") ? "json" : "human";
  const progress = showProgress(terminal, style);
  const interrupt = onInterrupt(() => {});
  const isCurrent = !scope.isAll;
  const follower = new RunFollower(reader, grid === null ? { run: title } : { grid, isCurrent });
  const events = new WatchedEvents(title, reader);
  try {
    for (;;) {
      const now = Date.now();
      for (const event of events.follow(changedRows(follower, now))) {
        const isNews = event.event !== "skipped" || event.state !== "finished";
        if (isNews || style === "json") progress.onEvent(event);
      }
      const isOpen = events.count(...WAITING_STATES) > 0;
      const isAttended = isOpen && grids.some((one) => reader.isAttended(one, now));
      if (events.count("running") === 0 && !isAttended) break;
      await pause(LOOK_EVERY_MS, undefined, { signal: interrupt.signal }).catch(() => {});
      if (interrupt.signal.aborted) return STOPPED_BY_USER;
      refuseIfGone();
    }
    progress.onEvent(events.done());
  } finally {
    progress.close();
    interrupt.release();
  }
  notify(terminal, notice, endText(title, events.runs));
  if (style === "human") terminal.write(asLine(`${title}: ${sentence(events)}`));
  return events.count("failed", "diverged", "interrupted") > 0 ? 1 : 0;
}

/** Returns the rows that have changed, interrupted where their process has died. */
function changedRows(follower: RunFollower, now: number): RunSummary[] {
  const runs = follower.look(now) ?? [];
  return runs.flatMap(({ row, isLost }): RunSummary[] => {
    if (row === null) return [];
    return [isLost ? { ...row, state: "interrupted", reason: "process died" } : row];
  });
}

function gridsOf(run: string, reader: StoreReader): string[] {
  const names = reader.grids().map(({ name }) => name);
  return names.filter((grid) => reader.members(grid).has(run));
}

/** Makes a check of a file: once it is removed or replaced, who has it open sees it unchanged for ever. */
function goneChecker(path: string): () => void {
  const numberOf = (): bigint | undefined =>
    statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  const opened = numberOf();
  return () => {
    if (numberOf() === opened) return;
    throw new UsageError(`${path} was removed or replaced; nothing more is seen of it`);
  };
}

/** Says what was seen in the end. */
function sentence(events: WatchedEvents): string {
  const rest =
    events.count(...WAITING_STATES) > 0
      ? `; nothing is being ${events.areRecorded ? "recorded" : "trained"}`
      : "";
  return `${statesText(events.runs)}${rest}`;
}

type EndState = Extract<GridEvent, { event: "ended" }>["state"];

const ENDS: ReadonlySet<RunState> = new Set<EndState>([
  "finished",
  "failed",
  "diverged",
  "stopped",
  "interrupted",
]);

/** Follows runs from their rows. */
class WatchedEvents {
  readonly #grid: string;
  readonly #began: number = performance.now();
  readonly #reader: StoreReader;
  readonly #rows = new Map<string, RunSummary>();
  readonly #ended = new Set<string>();
  /** The findings that were told of each run. */
  readonly #told = new Map<string, string>();
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
    if (state === "running") return [this.#start(row), ...this.#findings(row), ...progressOf(row)];
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
      return [...start, ...this.#findings(row), ...progressOf(row)];
    }
    if (isSame || !isEnd(row.state)) return [];
    this.#ended.add(row.name);
    const start = isSameStart && before?.state === "running" ? [] : [this.#start(row)];
    return [...start, ...this.#findings(row), endOf(row, row.state)];
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
