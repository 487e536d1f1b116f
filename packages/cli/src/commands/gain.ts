import { type GainShape, gainStudy, type InitScheme } from "@ablate/core";
import { readSchemes } from "@ablate/runner";
import { setting } from "@ablate/store";
import { count } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { readScale } from "../command-line/values.ts";
import { binsFor, type GainRow, gainPage } from "../print/gain-page.ts";
import { jsonArray } from "../print/rows.ts";
import { display } from "./ui.ts";

type Way = { readonly label: string; readonly scheme: InitScheme };

const SCALES = "1,5,0.2,1/sqrt(10)";
const SHAPE = { rows: 1000, fanIn: 10, fanOut: 200 };
const SEED = 42;
const RANGE = 10;
const BINS_IN_JSON = 50;

/** Numbers in one of x, w and x @ w. */
const MOST_NUMBERS = 10_000_000;
/** Multiplications of all studies: about 20 seconds' worth. */
const MOST_WORK = 20_000_000_000;

export const command: Command = {
  about: [
    "Trains nothing: draws x and w and shows how wide x @ w is, against the scale of w or an initialisation scheme. What a layer has to undo, or to keep.",
  ],
  options: {
    scales: {
      type: "string",
      value: "LIST",
      help: `w is N(0, 1) times each of these: 5, 5/3, 1/sqrt(10) (default ${SCALES})`,
    },
    schemes: {
      type: "string",
      value: "LIST",
      help: "w is drawn by each of these, as in a config: kaiming,{ scheme: kaiming, gain: 5/3 }",
    },
    rows: { type: "string", value: "N", help: `rows of x (${SHAPE.rows})` },
    "fan-in": { type: "string", value: "N", help: `columns of x, rows of w (${SHAPE.fanIn})` },
    "fan-out": { type: "string", value: "N", help: `columns of w (${SHAPE.fanOut})` },
    seed: { type: "string", value: "N", help: `of x and of each w (${SEED})` },
    range: { type: "string", value: "R", help: `histograms go from -R to R (${RANGE})` },
    json: { type: "boolean", help: "print one JSON array: one object per w" },
  },
  examples: [
    ["ablate gain", "x @ w for w from N(0, 1) times 1, 5, 0.2 and 1/sqrt(10)"],
    ['ablate gain --scales "5/3,1/sqrt(30)" --fan-in 30', "other scales, 30 inputs"],
    ["ablate gain --schemes kaiming,xavier,lecun,orthogonal", "the schemes of a config"],
    ['ablate gain --scales 1 --schemes "{ scheme: kaiming, gain: 5/3 }"', "both in one list"],
  ],
  see: ["docs/tutorial.md", "docs/config.md", "ablate softmax"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const ways = waysOf(flags);
    const shape = shapeOf(flags, ways);
    const seed = flags.count("seed") ?? SEED;
    const range = rangeOf(flags);
    const isJson = flags.has("json");
    const columns = terminal.columns();
    const bins = isJson ? BINS_IN_JSON : binsFor(columns);
    const studies = ways.map(({ label, scheme }) => ({
      label,
      ...gainStudy(scheme, { ...shape, seed, range, bins }),
    }));
    if (isJson) {
      terminal.write(jsonArray(studies.map((study) => record(study, { ...shape, seed, range }))));
      return 0;
    }
    terminal.write(gainPage({ ...shape, studies, range, columns, ...display(invocation) }));
    return 0;
  },
};

/** What w is drawn by: the scales first, then the schemes, each in the order given. */
function waysOf(flags: Flags): Way[] {
  const scales = flags.text("scales") ?? (flags.has("schemes") ? undefined : SCALES);
  const schemes = flags.text("schemes");
  const scaled = scales === undefined ? [] : scales.split(",").map(scaledWay);
  if (schemes === undefined) return scaled;
  const named = readSchemes(schemes, `--schemes ${schemes}`).map((scheme) => ({
    label: setting(scheme),
    scheme,
  }));
  return [...scaled, ...named];
}

function scaledWay(text: string): Way {
  const scale = readScale(text);
  if (scale === null) {
    throw new UsageError(
      `--scales takes numbers separated by commas, such as 5, 5/3 or 1/sqrt(10), not "${text.trim()}"`,
    );
  }
  return { label: `N(0, 1) x ${text.trim()}`, scheme: { scheme: "normal", std: 1, scale } };
}

/** The shape that the flags ask for, if it can be had in memory and in seconds. */
function shapeOf(flags: Flags, ways: readonly Way[]): GainShape {
  const rows = flags.count("rows", 2) ?? SHAPE.rows;
  const fanIn = flags.count("fan-in", 1) ?? SHAPE.fanIn;
  const fanOut = flags.count("fan-out", 1) ?? SHAPE.fanOut;
  const largest = Math.max(rows * fanIn, fanIn * fanOut, rows * fanOut);
  if (largest > MOST_NUMBERS) {
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

/** Multiplications of one study; a random number costs as much as many of them. */
function workOf({ scheme }: InitScheme, { rows, fanIn, fanOut }: GainShape): number {
  const drawn = 30 * (rows * fanIn + fanIn * fanOut);
  const turned = scheme === "orthogonal" ? 4 * fanIn * fanOut * Math.min(fanIn, fanOut) : 0;
  return rows * fanIn * fanOut + drawn + turned;
}

function rangeOf(flags: Flags): number {
  const text = flags.text("range");
  if (text === undefined) return RANGE;
  const range = readScale(text);
  if (range === null || range <= 0) {
    throw new UsageError(`--range takes a number above 0, not "${text}"`);
  }
  return range;
}

type Asked = GainShape & { readonly seed: number; readonly range: number };

function record({ label, x, w, product }: GainRow, asked: Asked): object {
  return {
    w: label,
    rows: asked.rows,
    fan_in: asked.fanIn,
    fan_out: asked.fanOut,
    seed: asked.seed,
    x_mean: finite(x.mean),
    x_std: finite(x.std),
    w_mean: finite(w.mean),
    w_std: finite(w.std),
    product_mean: finite(product.mean),
    product_std: finite(product.std),
    range: asked.range,
    x_counts: x.counts,
    x_beyond: x.beyond,
    product_counts: product.counts,
    product_beyond: product.beyond,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
