import { type DiagnosedProbe, gradientToData, hiddenLayers } from "../probe/probe.ts";
import { type Sign, sign } from "./finding.ts";
import { median } from "./median.ts";
import { grouped, short } from "./number-text.ts";
import type { Subject } from "./subject.ts";

/** Before it, every network's output layer is far ahead. */
const SETTLED = 100;

/**
 * `output-learns-faster`: grad:data of the output weight, std of its gradient over its own, is more than
 * `thresholds.output_learns_faster` times the median of the hidden weights'. Not before step 100.
 */
export function outputLearnsFaster(probe: DiagnosedProbe, subject: Subject): Sign[] {
  const output = probe.layers.find(({ kind }) => kind === "output");
  const hidden = hiddenLayers(probe);
  if (output === undefined || hidden.length === 0 || probe.step < SETTLED) return [];
  const [ours, theirs] = [
    gradientToData(output),
    median(Float32Array.from(hidden, gradientToData)),
  ];
  const factor = ours / theirs;
  if (!(factor > subject.thresholds.output_learns_faster)) return [];
  const param = subject.output?.name ?? null;
  const message = `output learns faster (x ${short(factor)}): grad:data of ${param ?? output.name} ${short(ours)}, of the hidden weights ${short(theirs)} at step ${grouped(probe.step)}; the others hardly learn`;
  return [
    sign("output-learns-faster", {
      layer: output.name,
      param,
      step: probe.step,
      value: factor,
      message,
    }),
  ];
}
