/** The diagnosis of a run that another program trains: while its log is followed, and from what the store has of it. */
import {
  changeThresholds,
  type Finding,
  LOG_THRESHOLDS,
  LogDiagnosis,
  type MetricRole,
  metricFacts,
  type StepBlock,
  type ThresholdChanges,
} from "@ablate/core";
import { type MetricNumbers, modelFactsOf, type RecordReader } from "@ablate/store";
import type { LogEntry, RunEntry } from "./log.ts";

/** Steps that are read at a time. */
const BLOCK_STEPS = 4096;

/**
 * Takes the entries of a log as they come and says what is wrong so far. After a `rewind`, and after a restart, it is read
 * anew from the store.
 */
export class RecordedDiagnosis {
  readonly #diagnosis: LogDiagnosis;
  /** Of metrics that the store has. */
  readonly #roles = new Map<string, MetricRole | null>();
  /** Of metrics that entries have told of. */
  readonly #names = new Set<string>();

  constructor(
    { parameters, provenance }: Pick<RunEntry, "parameters" | "provenance">,
    thresholds: ThresholdChanges = {},
  ) {
    this.#diagnosis = new LogDiagnosis({
      parameters,
      ...modelFactsOf(provenance),
      thresholds: changeThresholds(LOG_THRESHOLDS, thresholds),
    });
  }

  /** Makes the diagnosis of a run from what a store has of it. */
  static read(
    reader: RecordReader,
    run: string,
    thresholds: ThresholdChanges = {},
  ): RecordedDiagnosis {
    const parameters = reader.parameters(run);
    const provenance = reader.provenance(run);
    const diagnosis = new RecordedDiagnosis({ parameters, provenance }, thresholds);
    for (let first = 0; ; ) {
      const block = reader.steps(run, first, BLOCK_STEPS);
      if (block.count === 0) break;
      diagnosis.#steps(block);
      first = block.first + block.count;
    }
    for (const { name, role } of reader.metrics(run)) {
      diagnosis.#roles.set(name, isRole(role) ? role : null);
      diagnosis.#series({ name, ...reader.metricPoints(run, name) });
    }
    for (const step of reader.probeSteps(run)) {
      const probe = reader.probe(run, step);
      if (probe !== undefined) diagnosis.#diagnosis.probe(probe);
    }
    return diagnosis;
  }

  /** Takes an entry after the `run` of its log, in the order of the log. */
  take(entry: LogEntry): void {
    switch (entry.type) {
      case "describe": {
        const { provenance = {} } = entry.description;
        const { untrained, nonlinearities } = modelFactsOf(provenance);
        if ("untrained" in provenance) this.#diagnosis.describe({ untrained });
        if ("nonlinearities" in provenance) this.#diagnosis.describe({ nonlinearities });
        return;
      }
      case "declare":
        for (const { name } of entry.metrics) this.#names.add(name);
        return;
      case "metrics":
        for (const { name } of entry.series) this.#names.add(name);
        for (const one of entry.series) this.#series(one);
        return;
      case "steps":
        this.#steps(entry.block);
        this.#stepMetrics(entry.block, entry.metricNames);
        return;
      case "probe":
        this.#diagnosis.probe(entry.probe);
        return;
      default:
        return;
    }
  }

  /** What the rules say now, the most serious first. */
  findings(): readonly Finding[] {
    return this.#diagnosis.findings();
  }

  #steps(block: StepBlock): void {
    this.#diagnosis.steps(block);
  }

  #series({ name, steps, numbers }: MetricNumbers): void {
    const known = this.#roles.get(name);
    const role = known === undefined ? (metricFacts(name, this.#names).role ?? null) : known;
    this.#diagnosis.metric({ name, role, steps, numbers });
  }

  /** Hands over what is recorded of every step beside its loss, one series after the other. */
  #stepMetrics({ first, count, metrics }: StepBlock, names: readonly string[]): void {
    if (metrics === undefined) return;
    const steps = Float64Array.from({ length: count }, (_, i) => first + i);
    for (const [m, name] of names.entries()) {
      const numbers = Float64Array.from(steps, (_, i) => metrics[i * names.length + m] ?? 0);
      this.#series({ name, steps, numbers });
    }
  }
}

/** Returns the findings of a recorded run so far. */
export function diagnoseLog(
  reader: RecordReader,
  run: string,
  thresholds: ThresholdChanges = {},
): readonly Finding[] {
  return RecordedDiagnosis.read(reader, run, thresholds).findings();
}

function isRole(role: string | null): role is MetricRole {
  return ROLES.some((one) => one === role);
}

const ROLES: readonly MetricRole[] = ["loss", "lr", "train_loss", "valid_loss", "test_loss"];
