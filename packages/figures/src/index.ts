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
export { type Box, type Ink, type Scene, sceneOf, spaced } from "./scene.ts";
export { svgOf } from "./svg.ts";
