import {
  type GainOptions,
  type GainResult,
  type GainShape,
  gainStudy,
  type InitScheme,
} from "@ablate/core";
import { readSchemes } from "@ablate/runner";
import { settingOfKey, settingTexts } from "@ablate/store";
import { count, cutTogether, ellipsis, right, table } from "@ablate/text";
import {
  beside,
  drawHistogram,
  type Glyphs,
  type Line,
  piece,
  show,
  type Theme,
} from "@ablate/tui";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { type Flags, readScale, readScales } from "../command-line/flags.ts";
import { jsonArray } from "../print/rows.ts";
import { pageDisplay } from "./ui.ts";

/** A way to draw w. */
type Way = { readonly label: string; readonly scheme: InitScheme };
type Study = GainResult & { readonly label: string };

const SCALES = "1,5,0.2,1/sqrt(10)";
const SCALES_ARE = "--scales takes numbers separated by commas, such as 5, 5/3 or 1/sqrt(10)";
const SHAPE = { rows: 1000, fanIn: 10, fanOut: 200 };
const SEED = 42;
const RANGE = 10;
const BINS_IN_JSON = 50;

/** Numbers in one of x, w and x @ w. */
const MOST_NUMBERS = 10_000_000;
/** Multiplications of all studies: about 20 seconds' worth. */
const MOST_WORK = 20_000_000_000;

export const command: Command = {
  about:
    "Draws x and w and shows the spread of x @ w for different scales of w or initialisation schemes: the factor that a layer has to undo or to keep. Trains nothing.",
  options: {
    scales: {
      value: "LIST",
      help: `scales of w, which is drawn from N(0, 1): 5, 5/3, 1/sqrt(10) (default ${SCALES})`,
    },
    schemes: {
      value: "LIST",
      help: "schemes that draw w, as in a config: kaiming,{ scheme: kaiming, gain: 5/3 }",
    },
    rows: { value: "N", help: `rows of x (${SHAPE.rows})` },
    "fan-in": { value: "N", help: `columns of x, rows of w (${SHAPE.fanIn})` },
    "fan-out": { value: "N", help: `columns of w (${SHAPE.fanOut})` },
    seed: { value: "N", help: `seed of x and of each w (${SEED})` },
    range: { value: "R", help: `histograms go from -R to R (${RANGE})` },
    json: { help: "print one JSON array: one object per w" },
  },
  examples: [
    ["ablate gain", "x @ w for w from N(0, 1) times 1, 5, 0.2 and 1/sqrt(10)"],
    ['ablate gain --scales "5/3,1/sqrt(30)" --fan-in 30', "other scales, 30 inputs"],
    ["ablate gain --schemes kaiming,xavier,lecun,orthogonal", "initialisation schemes"],
    [
      'ablate gain --scales 1 --schemes "{ scheme: kaiming, gain: 5/3 }"',
      "a scale and a scheme side by side",
    ],
  ],
  see: ["docs/tutorial.md", "docs/config.md", "ablate softmax"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const ways = waysOf(flags);
    const shape = shapeOf(flags, ways);
    const seed = flags.seed("seed") ?? SEED;
    const range = rangeOf(flags);
    const isJson = flags.has("json");
    const columns = terminal.columns();
    const options = { ...shape, seed, range, bins: isJson ? BINS_IN_JSON : binsFor(columns) };
    const studies = ways.map(({ label, scheme }) => ({ label, ...gainStudy(scheme, options) }));
    terminal.write(
      isJson
        ? jsonArray(studies.map((study) => record(study, options)))
        : gainPage({ ...options, studies, columns, ...pageDisplay(invocation) }),
    );
    return 0;
  },
};

/** Returns the ways to draw w: the scales first, then the schemes, each in the order given. */
function waysOf(flags: Flags): readonly Way[] {
  const schemes = flags.text("schemes");
  const scales = flags.text("scales") ?? (schemes === undefined ? SCALES : undefined);
  const scaled = scales === undefined ? [] : readScales(scales, SCALES_ARE);
  const named = schemes === undefined ? [] : readSchemes(schemes, `--schemes ${schemes}`);
  const text = settingTexts(
    named.map((scheme) => settingOfKey("", scheme)),
    { isWhole: true },
  );
  return [
    ...scaled.map(
      ({ text, scale }): Way => ({
        label: `N(0, 1) x ${text}`,
        scheme: { scheme: "normal", std: 1, scale },
      }),
    ),
    ...named.map((scheme) => ({ label: text(settingOfKey("", scheme)), scheme })),
  ];
}

/** Reads the shape; it must fit into memory and take seconds. */
function shapeOf(flags: Flags, ways: readonly Way[]): GainShape {
  const rows = flags.count("rows", 2) ?? SHAPE.rows;
  const fanIn = flags.count("fan-in", 1) ?? SHAPE.fanIn;
  const fanOut = flags.count("fan-out", 1) ?? SHAPE.fanOut;
  if (Math.max(rows * fanIn, fanIn * fanOut, rows * fanOut) > MOST_NUMBERS) {
    throw new UsageError(
      `x ${rows}x${fanIn} and w ${fanIn}x${fanOut} are too large; x, w and x @ w may have ten million numbers each`,
    );
  }
  const work = ways.reduce((sum, { scheme }) => sum + workOf(scheme, { rows, fanIn, fanOut }), 0);
  if (work > MOST_WORK) {
    throw new UsageError(
      `x ${rows}x${fanIn} @ w ${fanIn}x${fanOut} for ${count(ways.length)} w would take too long; make --rows, --fan-in, --fan-out or the list smaller`,
    );
  }
  return { rows, fanIn, fanOut };
}

/** Estimates the multiplications of one study; a random number costs as much as 30 of them. */
function workOf({ scheme }: InitScheme, { rows, fanIn, fanOut }: GainShape): number {
  const drawn = 30 * (rows * fanIn + fanIn * fanOut);
  const turned = scheme === "orthogonal" ? 4 * fanIn * fanOut * Math.min(fanIn, fanOut) : 0;
  return rows * fanIn * fanOut + drawn + turned;
}

function rangeOf(flags: Flags): number {
  const text = flags.text("range");
  const range = text === undefined ? RANGE : readScale(text);
  if (range !== null && range > 0) return range;
  throw new UsageError(`--range takes a number above 0, not "${text}"`);
}

function record({ label, x, w, product }: Study, options: GainOptions): object {
  const { rows, fanIn, fanOut, seed, range } = options;
  const asked = { w: label, rows, fan_in: fanIn, fan_out: fanOut, seed };
  return {
    ...asked,
    x_mean: finite(x.mean),
    x_std: finite(x.std),
    w_mean: finite(w.mean),
    w_std: finite(w.std),
    product_mean: finite(product.mean),
    product_std: finite(product.std),
    range,
    x_counts: x.counts,
    x_beyond: x.beyond,
    product_counts: product.counts,
    product_beyond: product.beyond,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What the page shows; a histogram has a cell for each bin. */
type GainPage = GainOptions & {
  readonly studies: readonly Study[];
  readonly columns: number;
  readonly glyphs: Glyphs;
  readonly theme: Theme;
};

const ROWS = 6;
const GAP = 2;
/** A pair of histograms is at least this wide, unless the terminal is narrower. */
const PAIR = 76;

/** Returns how many pairs of histograms fit beside each other in a terminal of so many columns. */
function pairsAcross(columns: number): number {
  return Math.max(1, Math.floor((columns + 2 * GAP) / (PAIR + 2 * GAP)));
}

function binsFor(columns: number): number {
  const pairs = pairsAcross(columns);
  const pair = Math.floor((columns - (pairs - 1) * 2 * GAP) / pairs);
  return Math.max(5, Math.floor((pair - GAP) / 2));
}

/** Writes a table, then two histograms for each way to draw w. */
function gainPage(page: GainPage): string {
  const { studies, range, bins, columns } = page;
  const across = pairsAcross(columns);
  const pairs = studies.map((study) => ({ lines: pairOf(study, page), width: 2 * bins + GAP }));
  const rows = Map.groupBy(pairs, (_, i) => Math.floor(i / across));
  const legend = `histograms from -${range} to ${range}, each as high as its highest bin`;
  const lines: readonly Line[] = [
    ...head(page).map((text, i) => [{ text, bold: i === HEAD_AT }]),
    ...[...rows.values()].flatMap((row): Line[] => [[], ...beside(row, 2 * GAP)]),
    [],
    [piece(legend, "muted")],
  ];
  return lines.map((line) => `${show(line, page).trimEnd()}\n`).join("");
}

/** Which line of the head has the titles of its table. */
const HEAD_AT = 2;

/** Describes x, the same for all, and tables what became of it. */
function head({ studies, rows, fanIn, fanOut, columns }: GainPage): readonly string[] {
  const titles = ["std of w", "mean of x @ w", "std of x @ w"];
  const room = Math.max(8, columns - titles.reduce((sum, title) => sum + title.length + GAP, 0));
  const x = studies[0]?.x; // all have the same
  const labels = cutTogether(
    studies.map(({ label }) => label),
    room,
    ellipsis,
  );
  const text = table(
    ["w", ...titles.map(right)],
    studies.map(({ w, product }, i) => [
      labels[i] ?? "",
      ...[w.std, product.mean, product.std].map(figure),
    ]),
  );
  return [
    `x ${rows}x${fanIn} from N(0, 1): mean ${figure(x?.mean)}, std ${figure(x?.std)}; w ${fanIn}x${fanOut}`,
    "",
    ...text.trimEnd().split("\n"),
  ];
}

function pairOf({ label, x, product }: Study, { range, bins, glyphs }: GainPage): Line[] {
  const side = (name: string, of: Study["x"], tone: "series0" | "series1") => {
    const { std, counts, beyond } = of;
    const share = beyond / (beyond + counts.reduce((sum, one) => sum + one, 0));
    const outside = beyond === 0 ? "" : `, ${percent(share)} beyond`;
    const title = piece(`${name}  std ${figure(std)}${outside}`, "muted");
    const bars = drawHistogram({ counts, range, rows: ROWS, tone, glyphs });
    return { lines: [[title], ...bars], width: bins };
  };
  const sides = [side("x", x, "series0"), side("x @ w", product, "series1")];
  return [[{ text: `w = ${label}`, bold: true }], ...beside(sides, GAP)];
}

function percent(share: number): string {
  return share < 0.01 ? "under 1%" : `${Math.round(share * 100)}%`;
}

/** Writes a number with four digits; few people need more. */
function figure(value = Number.NaN): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return value.toExponential(2).replace("e+", "e");
  return value.toFixed(size < 10 ? 4 : 2);
}
