export { isLightBackground } from "./background.ts";
export { canonical, folded } from "./canonical.ts";
export { csvField, csvLines, csvOf, csvRow } from "./csv.ts";
export {
  ALL_DIGITS,
  byDigits,
  decimalsThatDiffer,
  shortNumber,
  tellApart,
  type Ways,
} from "./distinct.ts";
export { readDuration, spellDuration } from "./duration.ts";
export { type Environment, expandPath, literalPath, PathError } from "./expand-path.ts";
export { cutTogether, type Forms, fitForms } from "./labels.ts";
export { firstOf, listed } from "./list.ts";
export { markupText } from "./markup.ts";
export { NOTICES, type Notice, notification, throughMultiplexer } from "./notification.ts";
export {
  bytes,
  compact,
  count,
  counted,
  duration,
  loss,
  lossTexts,
  percent,
  signed,
  UNKNOWN,
} from "./number.ts";
export { NUMBER_PATTERN, readNumber } from "./read-number.ts";
export { readRange, readTyped } from "./read-typed.ts";
export { roundedToError } from "./rounded.ts";
export { type ColourShade, paletteColour, SERIES_COLOURS, seriesColour } from "./series-colours.ts";
export { textOfSeveral } from "./several.ts";
export { shellWord } from "./shell-word.ts";
export { readSize } from "./size.ts";
export { loadingTrouble, storeTrouble } from "./store-trouble.ts";
export { closest, didYouMean, hint } from "./suggest.ts";
export { systemReason } from "./system-reason.ts";
export { type Align, type Column, fittedTable, right, type TableStyle, table } from "./table.ts";
export {
  asLine,
  sealed,
  visible,
  visibleJson,
  visibleLines,
  withEscapes,
} from "./terminal-text.ts";
export { toMinute, toSecond } from "./time.ts";
export { toldApart, visibleEnds, visibleSpaces } from "./visible.ts";
export {
  cutText,
  ellipsis,
  middleEllipsis,
  widthOf,
  wrapText,
  wrapWords,
} from "./width.ts";
