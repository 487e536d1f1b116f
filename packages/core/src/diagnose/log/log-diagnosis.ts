import type { MetricRole } from "../../metric.ts";
import type { DiagnosedProbe } from "../../probe/probe.ts";
import type { StepBlock } from "../../spec.ts";
import type { Finding } from "../finding.ts";
import { FindingLog } from "../finding-log.ts";
import { FirstUpdates } from "./first-updates.ts";
import { untrainedParts } from "./frozen-layers.ts";
import { GradientNorms } from "./gradient-norms.ts";
import { LogGap } from "./log-gap.ts";
import { LogLosses } from "./log-losses.ts";
import { LOG_PROBE_RULES } from "./log-probes.ts";
import { type LoggedRun, type LogSubject, logSubject } from "./log-subject.ts";
import { LogUpdates } from "./log-updates.ts";
import { StepLosses } from "./step-losses.ts";

/** Numbers of a metric; the steps rise. */
export type LoggedSeries = {
  readonly name: string;
  readonly role: MetricRole | null;
  readonly steps: Float64Array;
  readonly numbers: Float64Array;
};

/** A topic of its own: the losses of a source, and what they say. */
type Source = { readonly losses: LogLosses; readonly log: FindingLog };

/** Roles of metrics that are losses of training, the best first. */
const TRAINING: readonly (MetricRole | null)[] = ["loss", "train_loss"];

/**
 * Says what is wrong with a run that another program trains, by the rules that are fair for any network. Steps, each metric
 * and probes are given in their own order; what comes of them does not depend on which comes first, nor on how they are cut
 * into blocks.
 */
export class LogDiagnosis {
  #subject: LogSubject;
  readonly #steps: Source;
  readonly #stepLosses: StepLosses;
  readonly #first: FirstUpdates;
  readonly #updates: LogUpdates;
  /** Training losses by the role and the name of their metric. */
  readonly #metrics = new Map<string, Source & { readonly role: MetricRole }>();
  readonly #gaps = new Map<string, LogGap>();
  readonly #norms = new Map<string, GradientNorms>();
  readonly #ofUpdates = new FindingLog();
  readonly #ofNorms = new FindingLog();
  readonly #ofProbes = new FindingLog();

  constructor(run: LoggedRun) {
    const subject = logSubject(run);
    this.#subject = subject;
    this.#steps = this.#source();
    this.#stepLosses = new StepLosses(this.#steps.losses);
    this.#first = new FirstUpdates(subject);
    this.#updates = new LogUpdates(subject, this.#ofUpdates);
  }

  /** Takes what else is known of the model by now. */
  describe({
    untrained = this.#subject.untrained,
    nonlinearities = new Map(),
  }: Partial<Pick<LoggedRun, "untrained" | "nonlinearities">>): void {
    const all = new Map([...this.#subject.nonlinearities, ...nonlinearities]);
    this.#subject = { ...this.#subject, untrained, nonlinearities: all };
  }

  /** Takes the steps that follow. */
  steps(block: StepBlock): void {
    this.#stepLosses.take(block);
    this.#first.take(block);
    this.#updates.take(block);
  }

  /** Takes the numbers of a metric that follow. */
  metric({ name, role, steps, numbers }: LoggedSeries): void {
    const take = this.#takerOf(name, role);
    if (take === null) return;
    for (const [i, step] of steps.entries()) take(step, numbers[i] ?? Number.NaN);
  }

  probe(probe: DiagnosedProbe): void {
    for (const [topic, rule] of Object.entries(LOG_PROBE_RULES)) {
      this.#ofProbes.judge(topic, probe.step, rule(probe, this.#subject));
    }
  }

  /** What the rules say now, the most serious first, then by step. */
  findings(): Finding[] {
    const { untrained, parameters, thresholds } = this.#subject;
    const training = this.#training();
    const log = new FindingLog(
      [training.log, this.#ofUpdates, this.#ofNorms, this.#ofProbes].flatMap((one) => one.state()),
    );
    training.losses.judgeLatest(log);
    log.judge("first-updates", 0, this.#first.judge());
    const trained = parameters.map(({ name }) => name);
    log.judge("untrained", 0, untrainedParts(untrained, trained));
    const { mean, initial } = training.losses;
    for (const [name, gap] of this.#gaps) {
      log.judge(`gap ${name}`, 0, gap.judge(mean, initial, thresholds));
    }
    return log.findings();
  }

  /** The losses of every step; where there are none, those of a metric. */
  #training(): Source {
    if (this.#steps.losses.count > 0) return this.#steps;
    const known = [...this.#metrics.values()];
    const of = (role: MetricRole | null) => known.find((one) => one.role === role);
    return TRAINING.map(of).find((one) => one !== undefined) ?? this.#steps;
  }

  #takerOf(name: string, role: MetricRole | null): ((step: number, number: number) => void) | null {
    if (role === "valid_loss") {
      const gap = added(this.#gaps, name, () => new LogGap());
      return (step, loss) => gap.take(step, loss);
    }
    if (role !== null && TRAINING.includes(role)) {
      const { losses } = added(this.#metrics, name, () => ({ ...this.#source(), role }));
      return (step, loss) => losses.take(step, loss);
    }
    if (!GradientNorms.isNamed(name)) return null;
    const norms = added(this.#norms, name, () => new GradientNorms(name, this.#ofNorms));
    return (step, norm) => norms.take(step, norm);
  }

  #source(): Source {
    const log = new FindingLog();
    return { losses: new LogLosses(this.#subject.thresholds, log), log };
  }
}

/** Returns what a map has of a key, made where it has nothing. */
function added<Value>(to: Map<string, Value>, key: string, make: () => Value): Value {
  const known = to.get(key);
  if (known !== undefined) return known;
  const made = make();
  to.set(key, made);
  return made;
}
