/** What each factor does, below the comparison: means, differences paired by seed, and what they leave out. */
import {
  briefVerdict,
  type Effect,
  effectsOf,
  type FactorValue,
  lostText,
  missingPairsText,
  pairsText,
  settingOf,
  settingTexts,
  VALID_LOSS,
  verdictText,
  withData,
} from "@ablate/store";
import { cutTogether, ellipsis, loss, lossTexts, signed, widthOf, wrapText } from "@ablate/text";
import type { ShownRun } from "../../data/shown-run.ts";
import { type Line, line, lineWidth, type Piece, piece, wrapped } from "../../text/line.ts";
import { differenceTone } from "../difference-tone.ts";
import type { Canvas } from "../view.ts";

const TITLE = "validation loss by factor";
/** What the columns are, the longest that there is room for. */
const NOTES = [
  "  mean ± std of each value; difference from ◆, all else and the seed equal",
  "  mean ± std; difference from ◆, all else equal",
  "  difference from ◆",
];

const MOST_VALUE = 32;
const LEAST_VALUE = 12;
/** Room for a mean with its spread and its runs, and for a difference with the shortest verdict. */
const NUMBERS = 36 + 20;
const INDENT = 6;

/** Shows for each value of each factor mean and spread over its runs, and the difference that it alone makes. */
export function factorLines({ scene, state }: Canvas, columns: number): Line[] {
  const { runs: all, dataHashes } = scene.snapshot;
  const chosen = scene.chosen.flatMap(({ members }) => members);
  const effects = effectsOf(withData(chosen, dataHashes), {
    metric: VALID_LOSS,
    baseline: all.find(({ name }) => name === state.settings.baseline),
  });
  if (chosen.length === 1)
    return wrapped(
      "one run alone: space in 1 Runs marks others to compare it with",
      columns,
      "muted",
    );
  if (effects.length === 0) return [[piece("the configs differ only in the seed", "muted")]];
  const room = columns - widthOf(TITLE);
  const note = NOTES.find((one) => widthOf(one) <= room) ?? "";
  return [
    [{ text: TITLE, bold: true }, piece(note, "muted")],
    ...effects.flatMap((effect) => [
      [piece(effect.factor.name, "accent")],
      ...valueLines(effect, columns),
    ]),
  ];
}

function valueLines({ factor, values }: Effect<ShownRun>, columns: number): Line[] {
  const texts = factor.keys.map((key) => {
    const found = values.map(({ runs: [run] }) => settingOf(run, key));
    return found.map(settingTexts(found));
  });
  const whole = values.map((_, i) => texts.map((ofKey) => ofKey[i]).join(" + "));
  const lost = Math.max(...values.map(({ runs }) => widthOf(lostText(runs, VALID_LOSS))));
  const room = Math.max(LEAST_VALUE, Math.min(MOST_VALUE, columns - NUMBERS - lost));
  const titles = cutTogether(whole, room, ellipsis);
  const width = Math.max(...titles.map(widthOf));
  const meanText = lossTexts(values.map(({ moments }) => moments.mean));
  const rows = values.map((value, i): [string, Line[]] => {
    const title = titles[i] ?? "";
    const padding = " ".repeat(Math.max(0, width - widthOf(title)));
    const missing = value.difference === null ? "" : missingPairsText(value.difference);
    return [
      whole[i] ?? "",
      [
        withVerdict(
          line(`  ${title}${padding}  `, ...momentPieces(value, meanText)),
          value,
          columns,
        ),
        ...(missing === "" ? [] : wrapText(missing, Math.max(LEAST_VALUE, columns - INDENT))).map(
          (text) => line(" ".repeat(INDENT), piece(text, "muted")),
        ),
      ],
    ];
  });
  rows.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return rows.flatMap(([, lines]) => lines);
}

function momentPieces(
  { runs, moments }: FactorValue<ShownRun>,
  meanText: (mean: number | null) => string,
): readonly Piece[] {
  const { n, mean, std } = moments;
  const text = std === null ? meanText(mean) : `${meanText(mean)} ±${loss(std)}`;
  const lost = lostText(runs, VALID_LOSS);
  const share = `n ${n} of ${runs.length}`;
  return [
    piece(text.padEnd(15)),
    piece(`  ${share.padEnd(11)}  `, "muted"),
    ...(lost === "" ? [] : [piece(`${lost}  `, "bad")]),
  ];
}

/** Adds a difference and its verdict, in as many words as there is room for. */
function withVerdict(before: Line, { difference }: FactorValue<ShownRun>, columns: number): Line {
  if (difference === null) return [...before, piece("◆")];
  const { mean, of } = difference;
  const tone = differenceTone(difference, VALID_LOSS);
  const shown = mean === null ? [] : [piece(signed(mean, 4), tone), piece("  ")];
  const verdict = verdictText(difference);
  const pairs = mean !== null && of.cells > 1 ? [`${verdict}, ${pairsText(difference)}`] : [];
  const room = columns - lineWidth([...before, ...shown]);
  const text = [...pairs, verdict].find((one) => widthOf(one) <= room) ?? briefVerdict(difference);
  return [...before, ...shown, piece(text, "muted")];
}
