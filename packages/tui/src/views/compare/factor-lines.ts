/** What each factor does to the validation loss of the compared runs. */

import {
  type Effect,
  effectsOf,
  type FactorValue,
  settingOf,
  VALID_LOSS,
  verdictText,
  withData,
} from "@ablate/store";
import { clean, ellipsis, loss, signed, UNKNOWN, widthOf } from "@ablate/text";
import type { ShownRun } from "../../data/shown-run.ts";
import { type Line, line, type Piece, piece } from "../../text/line.ts";
import type { Canvas } from "../view.ts";

const MOST_VALUE = 32;

/** Shows for each value of each factor mean and spread over its runs, and the difference that it alone makes. */
export function factorLines({ scene, state }: Canvas): Line[] {
  const { runs: all, dataHashes } = scene.snapshot;
  const chosen = scene.chosen.flatMap(({ members }) => members);
  const runs = withData(chosen, dataHashes);
  const effects = effectsOf(runs, {
    measure: VALID_LOSS.value,
    baseline: all.find(({ name }) => name === state.settings.baseline),
  });
  if (effects.length === 0) return [[piece("the configs are the same but for the seed", "muted")]];
  return [
    [
      { text: "validation loss by factor", bold: true },
      piece("  mean ± std of each value; difference from ◆, all else and the seed equal", "muted"),
    ],
    ...effects.flatMap((effect): Line[] => [
      [piece(clean(effect.factor.name), "accent")],
      ...valueLines(effect),
    ]),
  ];
}

function valueLines({ factor, values }: Effect<ShownRun>): Line[] {
  const titles = values.map(({ runs: [run] }) =>
    clean(factor.keys.map((key) => settingOf(run, key)?.text ?? UNKNOWN).join(" + ")),
  );
  const width = Math.min(MOST_VALUE, Math.max(...titles.map(widthOf)));
  return values
    .map((value, i): [string, Line] => {
      const title = ellipsis(titles[i] ?? "", width);
      const padding = " ".repeat(Math.max(0, width - widthOf(title)));
      return [titles[i] ?? "", line(`  ${title}${padding}  `, ...momentPieces(value))];
    })
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, one]) => one);
}

function momentPieces({ runs, moments, difference }: FactorValue<ShownRun>): readonly Piece[] {
  const { n, mean, std } = moments;
  const text = std === null ? loss(mean) : `${loss(mean)} ±${std.toFixed(4)}`;
  const share = `n ${n} of ${runs.length}`;
  const before = [piece(text.padEnd(15)), piece(`  ${share.padEnd(11)}  `, "muted")];
  if (difference === null) return [...before, piece("◆")];
  if (difference.mean === null) return [...before, piece(verdictText(difference), "muted")];
  const found = difference.mean;
  return [
    ...before,
    piece(signed(found, 4), found < 0 ? "good" : found > 0 ? "bad" : "plain"),
    piece(`  ${verdictText(difference)}`, "muted"),
  ];
}
