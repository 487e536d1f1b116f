/** The diagnosis of a run while it is trained: when there is news of it, and when it ends the run. */
import {
  type Counting,
  type DiagnosedRun,
  Diagnosis,
  type DiagnosisState,
  type Evaluation,
  eachModule,
  type Finding,
  firstActivation,
  firstBatchNorm,
  isFull,
  type ModelSpec,
  type Parameter,
  type Probe,
  planNetwork,
  type Rule,
  type StepBlock,
  type TrainSpec,
} from "@ablate/core";
import { asStored } from "@ablate/store/float20";
import type { RecordConfig } from "../config/config.ts";
import type { FindingsMessage, TrainMessage } from "../train/messages.ts";

type Settings = {
  readonly model: ModelSpec;
  readonly train: TrainSpec;
  /** The first version stored no `probes`. */
  readonly record: Partial<Pick<RecordConfig, "probes">>;
};

/** Returns what the rules need to know of a run's settings. */
export function factsOf({
  model,
  train,
  record: { probes = "none" },
}: Settings): Omit<DiagnosedRun, "parameters" | "thresholds" | "counting"> {
  const { l2, batchSize, steps, lr, optimizer, groups, clip, labelSmoothing } = train;
  const { layers, modules } = planNetwork(model, SOME_VOCABULARY);
  return {
    activation: firstActivation(model),
    nonlinearities: new Map(layers.map(({ name, nonlinearity }) => [name, nonlinearity])),
    hasPenalty: l2 !== 0,
    l2,
    saturatedBeyond: probes === "none" ? 1 : probes.saturated,
    norm: firstBatchNorm(model),
    dropouts: eachModule(modules).flatMap((one) =>
      one.kind === "dropout" ? [{ layer: one.layer, units: one.width, rate: one.rate }] : [],
    ),
    ...{ context: model.context, batchSize, steps, lr, optimizer, groups, clip, labelSmoothing },
  };
}

/** Names and widths of hidden layers are the same for any. */
const SOME_VOCABULARY = 2;

type Begun = {
  readonly state?: DiagnosisState | undefined;
  readonly counting?: Counting | null;
  /** Names of what is recorded of every step beside its loss and its ratios. */
  readonly metrics?: readonly string[];
};

export class RunDiagnosis {
  readonly #runId: number;
  readonly #stopOn: readonly Rule[];
  readonly #diagnosis: Diagnosis;
  #told: string | null = null;

  /**
   * @param state - of the checkpoint that the run goes on from
   * @param counting - what counting costs on the run's data
   */
  constructor(
    { runId, spec, record, thresholds, stopOn }: TrainMessage,
    parameters: readonly Parameter[],
    { state, counting = null, metrics = [] }: Begun = {},
  ) {
    this.#runId = runId;
    this.#stopOn = stopOn;
    const facts = { ...factsOf({ ...spec, record }), parameters, thresholds, counting, metrics };
    this.#diagnosis = new Diagnosis(facts, state);
  }

  /** What a checkpoint keeps of it. */
  get state(): DiagnosisState {
    return this.#diagnosis.state();
  }

  /** What its rules judge the run by, from its first step to its last. */
  get judgedBy(): Pick<DiagnosisState, "thresholds" | "counting"> {
    const { thresholds, counting } = this.#diagnosis.state();
    return { thresholds, counting: counting ?? null };
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
