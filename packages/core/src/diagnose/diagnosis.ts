import type { Counting } from "../data/counting.ts";
import type { DiagnosedProbe } from "../probe/probe.ts";
import type { Evaluation, StepBlock } from "../spec.ts";
import { ClipWatch, type ClipWatchState } from "./clip-watch.ts";
import { largeDecay } from "./decay-rules.ts";
import {
  activationsThroughDepth,
  gradientsThroughDepth,
  outputLearnsFaster,
} from "./depth-rules.ts";
import { diverged, laggingLoss, laggingMoments, validationGap } from "./evaluation-rules.ts";
import type { Finding, Observation } from "./finding.ts";
import { FindingLog, type FindingLogState } from "./finding-log.ts";
import { constantLayers, identicalUnits, oneSidedWeights } from "./layer-rules.ts";
import { initialLoss, notFinite } from "./loss-rules.ts";
import { LossWatch, type LossWatchState } from "./loss-watch.ts";
import { settled } from "./outcome.ts";
import { deadUnits, saturated } from "./saturation-rules.ts";
import { heavyDropout, largePenalty, smallBatch, weakNorm } from "./setting-rules.ts";
import { type DiagnosedRun, type Subject, subjectOf, type Thresholds } from "./subject.ts";
import { evaluatedBehindCounting } from "./underfitting-rules.ts";
import { judgeUpdates } from "./update-rules.ts";
import { UpdateWindows, type UpdateWindowsState } from "./update-windows.ts";

/** Plain JSON of a size that does not grow with the run; goes into a checkpoint. */
export type DiagnosisState = {
  /** A run is judged by the same ones from its first step to its last. */
  readonly thresholds: Thresholds;
  /** Missing in checkpoints of older versions: such a run is judged without. */
  readonly counting?: Counting | null;
  readonly ledger: FindingLogState;
  readonly loss: Partial<LossWatchState>;
  readonly updates: UpdateWindowsState;
  /** Missing in checkpoints of older versions, which clipped nothing. */
  readonly clipping?: ClipWatchState;
  /** Whether the loss at initialisation has been judged, by a probe. */
  readonly isInitialised: boolean;
};

/** Rules about what a probe sees, by topic: what one of them no longer sees is over. */
const PROBE_RULES: Readonly<
  Record<string, (probe: DiagnosedProbe, subject: Subject) => Observation[]>
> = {
  saturated,
  "dead-units": deadUnits,
  "constant-layer": constantLayers,
  "identical-units": identicalUnits,
  "one-sided-weights": oneSidedWeights,
  activations: activationsThroughDepth,
  gradients: gradientsThroughDepth,
  "output-learns-faster": outputLearnsFaster,
  "running-moments": laggingMoments,
  "weak-norm": weakNorm,
  penalty: largePenalty,
  "weight-decay": largeDecay,
};

/**
 * Says what is wrong with a run, from what is recorded of it, given in the order of steps: at each step k first
 * the steps before k, then evaluations after k updates, then the probe after k updates. How steps are cut into
 * blocks makes no difference.
 */
export class Diagnosis {
  readonly #subject: Subject;
  readonly #log: FindingLog;
  readonly #loss: LossWatch;
  readonly #updates: UpdateWindows;
  readonly #clipping: ClipWatch;
  #isInitialised: boolean;
  readonly #judge = (topic: string, step: number, observations: readonly Observation[]): void =>
    this.#log.judge(topic, step, observations);

  /** @param state - of another diagnosis of the same run, which this one goes on from, with its thresholds */
  constructor(facts: DiagnosedRun, state?: DiagnosisState) {
    const thresholds = { ...facts.thresholds, ...state?.thresholds };
    const counting = (state === undefined ? facts : state).counting ?? null;
    this.#subject = subjectOf({ ...facts, thresholds, counting });
    this.#log = new FindingLog(state?.ledger);
    this.#loss = new LossWatch(this.#subject, state?.loss);
    this.#updates = new UpdateWindows(this.#subject, state?.updates);
    this.#clipping = new ClipWatch(this.#subject, state?.clipping);
    this.#isInitialised = state?.isInitialised ?? false;
  }

  /** Takes the steps that follow. */
  steps(block: StepBlock): void {
    const { first, count, loss } = block;
    if (first === 0 && count > 0 && !this.#isInitialised) this.#initialise(loss[0] ?? Number.NaN);
    for (let i = 0; i < count; i++) this.#loss.take(loss[i] ?? Number.NaN, this.#judge);
    this.#updates.take(block, (window) => {
      const seen = judgeUpdates(window, this.#subject);
      if (seen !== null) this.#judge("updates", window.first, seen);
    });
    this.#clipping.take(block, (step, seen) => this.#judge("clipping", step, seen));
  }

  /** Takes a probe; the same one again changes nothing. */
  probe(probe: DiagnosedProbe): void {
    const { step } = probe;
    if (!Number.isFinite(probe.loss)) {
      // Such a probe shows nothing; later than at initialisation the steps have said so before.
      if (step === 0) this.#judge("divergence", step, notFinite(step));
      return;
    }
    if (step === 0 && !this.#isInitialised) this.#initialise(probe.loss, probe);
    for (const [topic, rule] of Object.entries(PROBE_RULES)) {
      this.#judge(topic, step, rule(probe, this.#subject));
    }
  }

  /** Takes an evaluation after `step` updates. */
  evaluations(step: number, evaluations: readonly Evaluation[]): void {
    const gap = validationGap(step, evaluations, this.#subject);
    if (gap !== null) this.#judge("validation-gap", step, gap);
    const { initial } = this.#loss;
    const lag = laggingLoss(step, evaluations, this.#subject, initial);
    if (lag !== null) this.#judge("running-loss", step, lag);
    const end = diverged(step, evaluations, this.#subject, initial);
    const since = this.#loss.aboveSince ?? step;
    if (end !== null) {
      const observations = end.map((one) => ({ ...one, step: since }));
      this.#judge("evaluated-divergence", step, observations);
    }
    const behind = evaluatedBehindCounting(step, evaluations, this.#subject);
    if (behind !== null) this.#judge("evaluated-underfitting", step, behind);
  }

  /** What the rules say now, the most serious first, then by step. */
  findings(): Finding[] {
    const latest = this.#loss.latest();
    // What the last few steps say is said until the next ones: it is kept in no log.
    const log = new FindingLog(this.#log.state());
    if (latest !== null) log.judge("divergence", latest.step, latest.observations);
    return settled(log.findings(), this.#subject, this.#loss.step);
  }

  state(): DiagnosisState {
    return {
      thresholds: this.#subject.thresholds,
      counting: this.#subject.counting ?? null,
      ledger: this.#log.state(),
      loss: this.#loss.state(),
      updates: this.#updates.state(),
      clipping: this.#clipping.state(),
      isInitialised: this.#isInitialised,
    };
  }

  #initialise(loss: number, probe: DiagnosedProbe | null = null): void {
    this.#isInitialised = true;
    this.#judge("initial-loss", 0, initialLoss(loss, this.#subject, probe));
    this.#judge("small-batch", 0, smallBatch(0, this.#subject));
    this.#judge("dropout", 0, heavyDropout(0, this.#subject));
  }
}
