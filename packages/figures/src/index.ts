export {
  type Axis,
  area,
  type Chart,
  colorAt,
  GUIDE,
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
export { type Look, paperLook } from "./paper.ts";
export { type Box, type Ink, type Scene, sceneOf, spaced } from "./scene.ts";
export { type Sheet, sheetOf, unitsOf } from "./sheet.ts";
export { svgOf } from "./svg.ts";
export type { TextForm } from "./svg-file.ts";
