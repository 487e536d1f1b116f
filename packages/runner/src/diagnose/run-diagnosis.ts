/** The diagnosis of a run while it is trained: when there is news of it, and when it ends the run. */
import {
  Diagnosis,
  type DiagnosisState,
  type Evaluation,
  type Finding,
  isFull,
  type Parameter,
  type Probe,
  type Rule,
  type StepBlock,
  type Thresholds,
} from "@ablate/core";
import { asStored } from "@ablate/store/float20";
import type { FindingsMessage, TrainMessage } from "../train/messages.ts";

export class RunDiagnosis {
  readonly #runId: number;
  readonly #stopOn: readonly Rule[];
  readonly #diagnosis: Diagnosis;
  #told: string | null = null;

  /** @param state - of the checkpoint that the run goes on from */
  constructor(
    { runId, spec, record, thresholds, stopOn }: TrainMessage,
    parameters: readonly Parameter[],
    state?: DiagnosisState,
  ) {
    this.#runId = runId;
    this.#stopOn = stopOn;
    const facts = {
      parameters,
      thresholds,
      activation: spec.model.activation,
      hasPenalty: spec.train.l2 !== 0,
      saturatedBeyond: record.probes === "none" ? 1 : record.probes.saturated,
    };
    this.#diagnosis = new Diagnosis(facts, state);
  }

  /** Those that the run began with. */
  get thresholds(): Thresholds {
    return this.#diagnosis.state().thresholds;
  }

  /** What a checkpoint keeps of it. */
  get state(): DiagnosisState {
    return this.#diagnosis.state();
  }

  steps(block: StepBlock): void {
    this.#diagnosis.steps(block);
  }

  /** Takes the evaluations and the probe after `step` updates. */
  observe(
    step: number,
    {
      evaluations = [],
      probe,
    }: { readonly evaluations?: readonly Evaluation[]; readonly probe: Probe | null },
  ): void {
    this.#diagnosis.evaluations(step, evaluations);
    if (probe !== null) this.#diagnosis.probe(asStored(probe));
  }

  /** The first of the rules to stop on that holds. */
  stopRule(): Rule | null {
    const held = new Set(
      this.#diagnosis
        .findings()
        .filter(isFull)
        .map(({ rule }) => rule),
    );
    return this.#stopOn.find((rule) => held.has(rule)) ?? null;
  }

  /** What there is to say after `step` updates, if it is not what was said before. */
  news(step: number): FindingsMessage | null {
    const findings: readonly Finding[] = this.#diagnosis.findings();
    const text = JSON.stringify(findings);
    if (text === this.#told) return null;
    this.#told = text;
    return { type: "findings", runId: this.#runId, step, findings };
  }
}
