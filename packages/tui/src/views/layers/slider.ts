/** The steps of the probes, as a slider. */

import { fitLine, justify, type Line, lineWidth, type Piece, piece } from "../../text/line.ts";
import { count } from "../../text/number.ts";
import type { ShownProbe } from "./shown-probe.ts";

/** `step ◀ init ▶ 1 · 10 · 100 · 1,000`: all steps, or those around the one that is shown. */
export function sliderLine({ steps, at }: ShownProbe, columns: number): Line {
  const head = piece(" step  ", "muted");
  const label = (step: number | undefined) => (step === 0 ? "init" : count(step));
  const room = columns - lineWidth([head]) - 8;
  const width = (i: number) => label(steps[i]).length + 3;
  let [from, to, used] = [at, at + 1, width(at) + 4];
  while (from > 0 || to < steps.length) {
    const isLeft = from > 0 && (to >= steps.length || at - from <= to - 1 - at);
    const next = isLeft ? from - 1 : to;
    if (used + width(next) > room) break;
    used += width(next);
    if (isLeft) from = next;
    else to = next + 1;
  }
  const shown = steps.slice(from, to).flatMap((step, i): Piece[] => {
    const isShown = from + i === at;
    const one: Piece = isShown
      ? { text: `◀ ${label(step)} ▶`, bold: true, tone: "accent" }
      : piece(label(step));
    const isAfter = i > 0 && !isShown && from + i - 1 !== at;
    const gap = i === 0 ? "" : isAfter ? " · " : " ";
    return [piece(gap, "muted"), one];
  });
  const before = from > 0 ? [piece("… ", "muted")] : [];
  const after = to < steps.length ? [piece(" …", "muted")] : [];
  const left: Line = [head, ...before, ...shown, ...after];
  const keys: Line = [piece("← → another step ", "muted")];
  const hasRoom = lineWidth(left) + lineWidth(keys) + 2 <= columns;
  return hasRoom ? justify(left, keys, columns) : fitLine(left, columns);
}
