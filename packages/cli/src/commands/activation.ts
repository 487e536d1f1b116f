import { ACTIVATIONS, activationCurve, MOST_POINTS } from "@ablate/core";
import { right, table } from "@ablate/text";
import { glyphsFor } from "@ablate/tui";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { readScale } from "../command-line/flags.ts";
import type { Paint } from "../command-line/terminal.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";

const RANGE = 4;
const POINTS = 17;
const DECIMALS = 4;
/** Cells that a curve takes. */
const WIDTH = 41;

export const command: Command = {
  about: `Draws a nonlinearity, lying on its side, and its slope: the factor by which it multiplies a gradient in the backward pass. NAME is ${ACTIVATIONS.join(", ")}.`,
  options: {
    range: { value: "R", help: `draw from -R to R (${RANGE})` },
    points: { value: "N", help: `number of points, 2 to ${MOST_POINTS} (${POINTS})` },
    json: { help: "print one JSON array: one object per point" },
  },
  examples: [
    ["ablate activation tanh", "the curve of the lecture: flat beyond 2, on either side"],
    ["ablate activation gelu --range 3 --points 25", "gelu has its lowest point at -0.75"],
  ],
  see: ["docs/tutorial.md", "docs/json.md", "ablate gain"],
  run: ({ flags, terminal }) => {
    const [name] = flags.positionals;
    const activation = ACTIVATIONS.find((one) => one === name);
    if (activation === undefined) {
      throw new UsageError(`NAME is one of ${ACTIVATIONS.join(", ")}, not "${name}"`);
    }
    const text = flags.text("range");
    const range = text === undefined ? RANGE : readScale(text);
    if (range === null || range <= 0) {
      throw new UsageError(`--range takes a number above 0, not "${text}"`);
    }
    const points = flags.count("points", 2) ?? POINTS;
    if (points > MOST_POINTS) {
      throw new UsageError(`--points takes a whole number up to ${MOST_POINTS}, not ${points}`);
    }
    const x = Float32Array.from(
      { length: points },
      (_, i) => (2 * range * i) / (points - 1) - range,
    );
    const { y, slope } = activationCurve(activation, x);
    const rows = Array.from(x, (value, i) => ({
      ...{ activation, x: value, y: y[i] ?? Number.NaN, slope: slope[i] ?? Number.NaN },
    }));
    const mark = glyphsFor(terminal.environment) === "ascii" ? "*" : "●";
    terminal.write(flags.has("json") ? jsonArray(rows) : picture(rows, mark, terminal.paint));
    return 0;
  },
};

type Point = { readonly x: number; readonly y: number; readonly slope: number };

/** A row for each point, which stands where its value is between the lowest and the highest. */
function picture(points: readonly Point[], mark: string, paint: Paint): string {
  const values = points.map(({ y }) => y);
  const [low, high] = [Math.min(...values, 0), Math.max(...values, 0)];
  const placeOf = (y: number): number => Math.round(((y - low) / (high - low)) * (WIDTH - 1));
  const rows = points.map(({ x, y, slope }) => {
    const cells = new Array<string>(WIDTH).fill(" ");
    cells[placeOf(0)] = "|";
    cells[placeOf(y)] = mark;
    return [...[x, y, slope].map((value) => value.toFixed(DECIMALS)), cells.join("")];
  });
  const ends = `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return table([right("x"), right("y"), right("slope"), ends], rows, tableStyle(paint));
}
