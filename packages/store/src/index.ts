/** Shapes of core that a store takes and gives back. */
export type {
  Evaluation,
  Finding,
  Histogram,
  LayerKind,
  LayerProbe,
  MetricFacts,
  MetricRole,
  NormProbe,
  Parameter,
  ParameterRole,
  Probe,
  Saturation,
  StepBlock,
  TensorKind,
  TensorProbe,
  UnitMoments,
} from "@ablate/core";
export { byCause, type Cause, placesText, type Statement, worstOf } from "./analysis/causes.ts";
export { COLOUR_SLOTS, colourKeyOf, slotOf, slotsOf } from "./analysis/colour-keys.ts";
export {
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  comparedRuns,
  compareRuns,
  factorOf,
  type MetricEffect,
  type Outcome,
  outcomesOfGroups,
  withData,
} from "./analysis/comparison.ts";
export { type Difference, differencesOf } from "./analysis/differences.ts";
export { differenceBySeed, type Effect, effectsOf, type FactorValue } from "./analysis/effects.ts";
export {
  differingKeys,
  type Factor,
  factorsOf,
  groupRuns,
  isDecisive,
  type RunGroup,
  seedlessId,
  settingOf,
  withoutSeed,
} from "./analysis/factors.ts";
export { endText, GridEnds, statesText, WAITING_STATES } from "./analysis/grid-ends.ts";
export { type GridRow, gridRows, type RunOfGrids } from "./analysis/grid-rows.ts";
export {
  bySeriousness,
  type Extent,
  type FoundIn,
  type GroupedFinding,
  groupFindings,
  heldText,
  measuredAt,
} from "./analysis/grouped-findings.ts";
export { areOnSeveralHosts, hostsText } from "./analysis/hosts.ts";
export {
  type FactorShare,
  type Importance,
  importanceOf,
  type Share,
} from "./analysis/importance.ts";
export { importanceWords } from "./analysis/importance-words.ts";
export { type Labelled, labelForms } from "./analysis/label-forms.ts";
export { isLost, lostText } from "./analysis/lost.ts";
export {
  isOfMachine,
  METRICS,
  type Metric,
  recordedMetrics,
  usualMetric,
  VALID_LOSS,
} from "./analysis/metrics.ts";
export { withOneNorm } from "./analysis/one-norm.ts";
export { type PairedDifference, pairedDifference } from "./analysis/pairs.ts";
export { settingsReader } from "./analysis/read-settings.ts";
export { withSameKeys } from "./analysis/reading.ts";
export { revisionsNote, revisionsOf, revisionText, revisionWords } from "./analysis/revisions.ts";
export { type Sensitivity, type SensitivityValue, sensitivityOf } from "./analysis/sensitivity.ts";
export { sensitivityNames, sensitivityWords } from "./analysis/sensitivity-words.ts";
export { type SettingText, settingTexts } from "./analysis/setting-texts.ts";
export {
  briefSetting,
  exactSetting,
  flatSettings,
  type Setting,
  setting,
  settingOfKey,
  shortKey,
  usualSetting,
} from "./analysis/settings.ts";
export { type Moments, momentsOf, twoSidedT } from "./analysis/statistics.ts";
export { Speed, timeLeft } from "./analysis/time-left.ts";
export {
  briefVerdict,
  isOfSurvivors,
  missingPairsText,
  missingText,
  pairsText,
  seedsText,
  verdictText,
} from "./analysis/verdict.ts";
export { type Annotation, annotate, type NamedAnnotation } from "./annotate/annotate.ts";
export { checkStore, type StoreCheck } from "./check/check-store.ts";
export type { RunDamage } from "./digest/table-check.ts";
export { type ImportReport, importStore } from "./exchange/import-store.ts";
export type { ImportedRun, RunChange } from "./exchange/merge-runs.ts";
export { sealStore } from "./exchange/seal-store.ts";
export { EXPORT_TABLES } from "./export/open-table.ts";
export type { Batch, Cells, ExportColumn, ExportTable } from "./export/table.ts";
export { isStoreFile } from "./file/is-store.ts";
export { isStoreName, nearHint, nearName } from "./file/near-name.ts";
export { readWhole, STDIN_FILE, UnfitFileError } from "./file/read-whole.ts";
export {
  DamageError,
  EmptyStoreError,
  HeldRunError,
  LostClaimError,
  REMEDY,
  readingRun,
  StorageError,
  StoreError,
} from "./file/store-error.ts";
export { temporaryFolder } from "./file/temporary-folder.ts";
export { fieldNames, filterSubject } from "./filter/fields.ts";
export {
  boundFilter,
  type Filter,
  type FilterSubject,
  parseFilter,
  unknownFields,
  unknownText,
} from "./filter/filter.ts";
export { columnTitle, secondsLeft, stepsMade, troubles } from "./filter/headers.ts";
export { type KnownField, knownFields } from "./filter/known-fields.ts";
export { FilterError } from "./filter/parse.ts";
export { type BinAxis, binAxis, densityOf, edgesOf } from "./probe/bins.ts";
export { isFlat } from "./probe/pack.ts";
export type { QueryMistake } from "./query/mistake.ts";
export { QueryError, queryStore, streamQuery } from "./query/stream-query.ts";
export { joinRows, NO_ROWS, spansOf } from "./reading/curve.ts";
export type {
  Annotated,
  MetricSummary,
  RunSummary,
  SeriesInfo,
  SeriesRows,
  Span,
  StepRatios,
  StoredEvaluation,
  StoredSample,
} from "./reading/history.ts";
export { isMetric, metricOf, metricSeries } from "./reading/metric-curve.ts";
export { type ModelFacts, modelFactsOf, provenanceOf } from "./reading/model-facts.ts";
export { openNothing, openReader, type StoreReader } from "./reading/reader.ts";
export type { RecordReader } from "./reading/record-reader.ts";
export type { WholeOptions } from "./reading/run-checks.ts";
export { type FollowedRun, RunFollower } from "./reading/run-follower.ts";
export { emptyRun, runRow } from "./reading/run-summary.ts";
export { isMap, storedMap } from "./reading/stored-json.ts";
export type { WeightsDamage, WhichWeights } from "./recovery/checkpoints.ts";
export { couldBeName, type Meaning, type ResolveOptions } from "./resolve/resolve.ts";
export { compareSeeds, type Seed } from "./seed.ts";
export { bytesOfStore, collectGarbage } from "./trash/collect.ts";
export { discard } from "./trash/discard.ts";
export type { TrashEntry } from "./trash/entries.ts";
export { restore } from "./trash/restore.ts";
export type { SchemaView } from "./views/view.ts";
export { SCHEMA } from "./views/views.ts";
export type {
  AskedStart,
  Claim,
  Continuation,
  HeldRun,
  OtherRevision,
  PlannedStart,
  ResumePoint,
  RevisionRule,
  ShorterRun,
} from "./writing/claim.ts";
export { NAME_LENGTH } from "./writing/free-name.ts";
export type { PlanPreview } from "./writing/grid-plans.ts";
export {
  type GridPlan,
  NO_OPTIONS,
  type PlannedRun,
  type PlanOrigin,
  type RecordedRun,
  RUN_STATES,
  type RunState,
  type StoredRun,
  type TrainedKind,
} from "./writing/plan.ts";
export { folderToStart, processExists } from "./writing/process.ts";
export type {
  BestCheckpoint,
  Checkpoint,
  ConsoleLine,
  LogPosition,
  Mark,
  MetricNumbers,
  MetricPoint,
  PrintedLines,
  Provenance,
  RevisionFrom,
  RunDescription,
  RunEnd,
  RunEvent,
  RunStart,
  Snapshot,
  TimedSteps,
} from "./writing/record.ts";
export { RetryingWriter, type StorageEvent } from "./writing/retrying-writer.ts";
export { otherName, type RunName } from "./writing/run-names.ts";
export { type KnownRun, openWriter, type StoreWriter } from "./writing/writer.ts";
export { collectEarly } from "./young-memory.ts";
