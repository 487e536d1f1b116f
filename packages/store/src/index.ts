export { type Annotation, annotate } from "./annotate.ts";
export type {
  Annotated,
  Annotations,
  Claim,
  CurveBlock,
  CurvePoint,
  EvaluationRow,
  GridPlan,
  GridSummary,
  ParameterRatio,
  ParameterRow,
  PlannedRun,
  Provenance,
  QueryResult,
  RecordedRun,
  RunEnd,
  RunEvent,
  RunFilter,
  RunStamp,
  RunState,
  RunSummary,
  SeriesInfo,
  Snapshot,
  StepBlock,
  StepLoss,
  StepRange,
  StepRatios,
  StoredEvaluation,
  StoredRun,
  StoredSample,
  StoredWeights,
  StoreReader,
  StoreWriter,
  Ticks,
  TrainedKind,
  WaitOptions,
  WriterOptions,
} from "./contract.ts";
export { fieldNames, filterSubject } from "./filter/fields.ts";
export { type Filter, parseFilter, unknownFields } from "./filter/filter.ts";
export { FilterError } from "./filter/filter-error.ts";
export type { FilterSubject } from "./filter/match.ts";
export { openReader } from "./open-reader.ts";
export { openWriter } from "./open-writer.ts";
export type { Probe } from "./probe/probe.ts";
export { shortKey } from "./short-key.ts";
export { StoreError } from "./store-error.ts";
export { bytesOfStore, type Collected, collectGarbage } from "./trash/collect.ts";
export { type Discarded, discard } from "./trash/discard.ts";
export type { TrashEntry } from "./trash/entries.ts";
export { restore } from "./trash/restore.ts";
