import type { MetricRole } from "../../metric.ts";
import type { DiagnosedProbe } from "../../probe/probe.ts";
import type { StepBlock } from "../../spec.ts";
import type { Finding } from "../finding.ts";
import { FindingLog } from "../finding-log.ts";
import { untrainedParts } from "./frozen-layers.ts";
import type { LoggedRun } from "./log-subject.ts";

/** Numbers of a metric; the steps rise. */
export type LoggedSeries = {
  readonly name: string;
  readonly role: MetricRole | null;
  readonly steps: Float64Array;
  readonly numbers: Float64Array;
};

/**
 * Says what is wrong with a run that another program trains, by the rules that are fair for any network. Steps, each metric
 * and probes are given in their own order; what comes of them does not depend on which comes first, nor on how they are cut
 * into blocks.
 */
export class LogDiagnosis {
  #run: LoggedRun;

  constructor(run: LoggedRun) {
    this.#run = run;
  }

  /** Takes what is known of the model by now. */
  describe(facts: Partial<Pick<LoggedRun, "untrained" | "nonlinearities">>): void {
    this.#run = { ...this.#run, ...facts };
  }

  /** Takes the steps that follow. */
  steps(_block: StepBlock): void {}

  /** Takes the numbers of a metric that follow. */
  metric(_series: LoggedSeries): void {}

  probe(_probe: DiagnosedProbe): void {}

  /** What the rules say now, the most serious first, then by step. */
  findings(): Finding[] {
    const log = new FindingLog();
    const { untrained, parameters } = this.#run;
    const trained = parameters.map(({ name }) => name);
    log.judge("untrained", 0, untrainedParts(untrained, trained));
    return log.findings();
  }
}
