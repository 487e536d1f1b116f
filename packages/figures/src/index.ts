export {
  type Axis,
  area,
  type Chart,
  line,
  type Mark,
  MOST_SHOWN,
  type Point,
  pieces,
  roundRange,
  type Stroke,
  segment,
  strokeAt,
} from "./chart.ts";
export { boxesText, FILE_FORMATS, type FileFormat, type FileOptions, fileOf } from "./file.ts";
export { textWidth } from "./font.ts";
export { type GroupPlace, groupPlaces, type Look, PAGE_LOOK, paperLook } from "./look.ts";
export { depthPanel, logRange } from "./panels/depth.ts";
export { type HistogramRow, histogramPanel } from "./panels/histograms.ts";
export { intervalMarks } from "./panels/intervals.ts";
export { arePoints, type Line, lineMarks, stepText, type Value } from "./panels/lines.ts";
export type { Panel } from "./panels/panel.ts";
export {
  LOWEST_RATIO,
  type ParameterKind,
  parameterStrokes,
  ratioPanel,
  ratioRange,
} from "./panels/ratios.ts";
export { type Box, type Ink, type Scene, sceneOf, spaced } from "./scene.ts";
export { type Sheet, sheetOf, unitsOf } from "./sheet.ts";
export { svgOf } from "./svg.ts";
export type { TextForm } from "./svg-file.ts";
