/** The diagnosis of a run while it is trained: when there is news of it, and when it ends the run. */
import {
  type DiagnosedRun,
  Diagnosis,
  type DiagnosisState,
  type Evaluation,
  type Finding,
  isFull,
  type Parameter,
  type Probe,
  type Rule,
  type RunSpec,
  type StepBlock,
} from "@ablate/core";
import { asStored } from "@ablate/store/float20";
import type { RecordConfig } from "../config/config.ts";
import type { FindingsMessage, TrainMessage } from "../train/messages.ts";

type Settings = {
  readonly model: Pick<RunSpec["model"], "activation">;
  readonly train: Pick<RunSpec["train"], "l2">;
  /** The first version stored no `probes`. */
  readonly record: Partial<Pick<RecordConfig, "probes">>;
};

/** Returns what the rules need to know of a run's settings. */
export function factsOf({
  model,
  train,
  record: { probes = "none" },
}: Settings): Omit<DiagnosedRun, "parameters" | "thresholds"> {
  return {
    activation: model.activation,
    hasPenalty: train.l2 !== 0,
    saturatedBeyond: probes === "none" ? 1 : probes.saturated,
  };
}

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
    const facts = { ...factsOf({ ...spec, record }), parameters, thresholds };
    this.#diagnosis = new Diagnosis(facts, state);
  }

  /** What a checkpoint keeps of it. */
  get state(): DiagnosisState {
    return this.#diagnosis.state();
  }

  steps(block: StepBlock): void {
    this.#diagnosis.steps(block);
  }

  /** Takes the evaluations and the probe after `step` updates. */
  observe(step: number, evaluations: readonly Evaluation[], probe: Probe | null): void {
    this.#diagnosis.evaluations(step, evaluations);
    if (probe !== null) this.#diagnosis.probe(asStored(probe));
  }

  /** The first of the rules to stop on that holds. */
  stopRule(): Rule | null {
    const held = this.#diagnosis.findings().filter(isFull);
    return this.#stopOn.find((rule) => held.some((finding) => finding.rule === rule)) ?? null;
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
