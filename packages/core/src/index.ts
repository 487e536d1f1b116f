export { type ActivationCurve, activationCurve, MOST_POINTS } from "./activation/curve.ts";
export { type Counting, countingLosses } from "./data/counting.ts";
export {
  buildDataset,
  checkExamples,
  contextWindows,
  type Dataset,
  type Examples,
  fewestNames,
  type NameLists,
  onlyNames,
  trainingExamples,
  vocabularyOf,
} from "./data/dataset.ts";
export {
  DataError,
  type NameFile,
  parseNames,
  type Reading,
  type Separator,
  USUAL_READING,
} from "./data/read-names.ts";
export { Diagnosis, type DiagnosisState } from "./diagnose/diagnosis.ts";
export {
  type Finding,
  headline,
  isFull,
  isRule,
  type Level,
  RULES,
  type Rule,
} from "./diagnose/finding.ts";
export { LogDiagnosis, type LoggedSeries } from "./diagnose/log/log-diagnosis.ts";
export { LOG_THRESHOLDS, type LoggedRun } from "./diagnose/log/log-subject.ts";
export {
  changeThresholds,
  type DiagnosedRun,
  THRESHOLDS,
  type ThresholdChanges,
  type Thresholds,
} from "./diagnose/subject.ts";
export {
  ENGINES,
  type Engine,
  EngineError,
  type EngineFacts,
  type EngineName,
  type EngineOptions,
  engineMetrics,
  type LoadedEngine,
  MOST_PROBE_EXAMPLES,
  type Tensor,
  TFJS_BACKENDS,
  type TfjsBackend,
  type ThreadTeam,
} from "./engines/engine.ts";
export { loadEngine, SIMD } from "./engines/load-engine.ts";
export { ENGINE_REVISIONS, otherThanCurrent } from "./engines/revision.ts";
export { kernelWishes } from "./engines/simd/kernel-wish.ts";
export { kernelsHash } from "./engines/simd/wasm-modules.ts";
export { NATIVE_ADVICE, TFJS_MISSING } from "./engines/tfjs/getting-tfjs.ts";
export {
  type GainOptions,
  type GainResult,
  type GainShape,
  gainStudy,
} from "./gain/gain-study.ts";
export { gainOf } from "./init/initialise.ts";
export { largestRate, learningRateAt } from "./learning-rate.ts";
export { type RangeTest, rangeTest } from "./lr-range/range-test.ts";
export { type RangeReading, readRange } from "./lr-range/read-range.ts";
export { type MetricFacts, type MetricRole, metricFacts } from "./metric.ts";
export {
  allLayers,
  firstActivation,
  firstBatchNorm,
  hasBatchNorm,
  hiddenWidths,
} from "./model/layer-list.ts";
export {
  batchNormsOf,
  eachModule,
  LEAKY_SLOPE,
  linearModules,
  ModelError,
  type NetworkPlan,
  type PlannedLayer,
  type PlannedModule,
  STAGES,
  type Stage,
} from "./model/network-plan.ts";
export { planParameters } from "./model/parameters.ts";
export { planNetwork } from "./model/plan-network.ts";
export {
  modelOf,
  type PlacedBatchNorm,
  type PlacedRowNorm,
  type ShortForm,
} from "./model/short-form.ts";
export { groupsOf, isMatch } from "./optimizers/groups.ts";
export {
  keptStates,
  OPTIMIZERS,
  type OptimizerSetting,
  PLAIN_SGD,
} from "./optimizers/optimizers.ts";
export {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type Histogram,
  type HistogramScale,
  WEIGHT_SCALE,
} from "./probe/histogram.ts";
export type { LayerPass, UnitMoments } from "./probe/network-pass.ts";
export type {
  LayerProbe,
  LogitsProbe,
  NormProbe,
  Probe,
  Saturation,
  TensorKind,
  TensorProbe,
} from "./probe/probe.ts";
export { pickExamples } from "./probe/probe-batch.ts";
export { RunningUnitMoments, TrainedNetwork } from "./probe/trained-network.ts";
export {
  DISTRIBUTIONS,
  type Draws,
  drawNumbers,
  outputsOf,
  type RandomDistribution,
} from "./random/draws.ts";
export { seedBits } from "./random/torch-generator.ts";
export {
  crossEntropy,
  randomLogits,
  randomLosses,
  softmax,
} from "./softmax/softmax.ts";
export {
  ACTIVATIONS,
  type Activation,
  type ActivationName,
  type BatchesSpec,
  type BatchNormSpec,
  type ClipSpec,
  type Distribution,
  type Evaluation,
  type GroupSpec,
  type InitScheme,
  type InitSpec,
  type LayerInit,
  type LayerKind,
  type LayerSpec,
  type ModelSpec,
  type Nonlinearity,
  type NormSpec,
  type OptimizerSpec,
  type Parameter,
  type ParameterRole,
  ROLES,
  ROW_NORMS,
  type RowNormSpec,
  type RunSpec,
  type Schedule,
  type ScheduleCurve,
  type Split,
  type Statistics,
  type StepBlock,
  type StopSpec,
  type TrainSpec,
} from "./spec.ts";
export { statisticsOf } from "./statistics.ts";
export {
  type Checkpoint,
  CheckpointError,
  type TrainerState,
  trainedWeights,
} from "./train/checkpoint.ts";
export { EarlyStop, type EarlyStopReason } from "./train/early-stop.ts";
export { LowestLoss, type LowestLossState } from "./train/lowest-loss.ts";
export { sampleFromWeights } from "./train/sample-names.ts";
export { type StepBuffer, Trainer } from "./train/trainer.ts";
export { compareEngines, type SeriesDifference } from "./verify/compare-engines.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./weights/safetensors.ts";
export { type Saved, torchFile } from "./weights/torch-file.ts";
export { keepsDeviation, torchNetwork } from "./weights/torch-network.ts";
