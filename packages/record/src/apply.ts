/** Writes what a log says into the store; call it inside a transaction. */
import { type MetricFacts, metricFacts } from "@ablate/core";
import type { HeldRun, StoreWriter } from "@ablate/store";
import type { EndEntry, LogEntry, RunEntry } from "./log.ts";
import type { LogProgress } from "./record-event.ts";

export type Said = Exclude<LogEntry, RunEntry | EndEntry>;

/** Kinds of events that say how a run is recorded or trained, which no log says for itself. */
const OURS: ReadonlySet<string> = new Set(["started", "diverged"]);

/** Metrics of a run that the store knows. */
export type KnownMetrics = Set<string>;

export function apply(
  store: StoreWriter,
  { runId, token }: HeldRun,
  { entry, metrics }: { readonly entry: Said; readonly metrics: KnownMetrics },
): void {
  switch (entry.type) {
    case "describe":
      store.describeRun(runId, token, entry.description);
      return;
    case "declare":
      declare(entry.metrics);
      return;
    case "metrics":
      know(entry.series.map(({ name }) => name));
      store.appendSeries(runId, token, entry.series);
      return;
    case "steps": {
      const { type: _, block, ...others } = entry;
      know(others.metricNames);
      store.appendSteps(runId, token, { ...block, ...others });
      return;
    }
    case "probe":
      store.addToProbe(runId, token, entry.probe, entry.isAnew);
      return;
    case "rewind":
      store.rewind(runId, token, entry.step);
      return;
    case "event": {
      const { kind, message } = entry;
      store.appendEvent(runId, token, { kind: OURS.has(kind) ? "event" : kind, message });
      return;
    }
    case "console":
      store.appendConsole(runId, token, entry);
      return;
    case "trouble":
      store.appendEvent(runId, token, { kind: "trouble", message: entry.message });
      return;
  }

  /** Says of metrics that come for the first time what is usual of their names. */
  function know(names: readonly string[]): void {
    const unknown = names.filter((name) => !metrics.has(name));
    declare(unknown.map((name) => metricFacts(name)));
  }

  /** Says what is known of metrics; which of them is the loss is told by the names of all. */
  function declare(declared: readonly MetricFacts[]): void {
    if (declared.length === 0) return;
    const before = [...metrics];
    for (const { name } of declared) metrics.add(name);
    const moved = before
      .map((name) => metricFacts(name, metrics))
      .filter(({ name, role }) => role !== metricFacts(name, before).role);
    const facts = declared.map((one) => {
      const { role = null } = metricFacts(one.name, metrics);
      return { ...one, role };
    });
    store.declareMetrics(runId, token, [...moved, ...facts]);
  }
}

/** Returns how far a log is after an entry. */
export function progressAfter(entry: LogEntry, { step, loss }: LogProgress): LogProgress {
  switch (entry.type) {
    case "run":
      return { step: 0, loss: null };
    case "rewind":
      return { step: Math.min(step, entry.step), loss };
    case "steps": {
      const { first, count, loss: losses } = entry.block;
      return { step: first + count, loss: losses[count - 1] ?? loss };
    }
    case "metrics": {
      if (loss !== null) return { step, loss }; // of every step: a metric after the last one is no step
      const ends = entry.series.map(({ steps }) => (steps.at(-1) ?? -1) + 1);
      return { step: ends.reduce((most, end) => Math.max(most, end), step), loss };
    }
    default:
      return { step, loss };
  }
}
