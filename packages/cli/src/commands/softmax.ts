import { crossEntropy, randomLogits, randomLosses, softmax } from "@ablate/core";
import type { Seed } from "@ablate/store";
import { count, right, table } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { type Flags, readScales } from "../command-line/flags.ts";
import type { Paint } from "../command-line/terminal.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";

const HAND_MADE = ["0,0,0,0", "5,0,0,0", "0,5,0,0"];
const SCALES = "0.01,1,10";
const SCALES_ARE = "--scales takes numbers separated by commas, such as 10, 5/3 or 1/sqrt(10)";
const LOGITS_ARE = "LOGITS are numbers separated by commas, such as 0,5,-1,5/3";
const CLASSES = 4;
const DRAWS = 1000;
const SEED = 42;

/** Numbers that are drawn for one scale: a second's worth. */
const MOST_NUMBERS = 10_000_000;

export const command: Command = {
  about:
    "Turns logits into probabilities and prints their cost in nats, -ln of the probability of the right class. Equal logits cost ln of the number of classes; a confident wrong answer costs about the difference of the logits. LOGITS are numbers separated by commas. The loss of random logits is a mean over many draws; --draws 1 shows a single one. Trains nothing.",
  options: {
    target: { value: "I", help: "the right class, counted from 0 (0)" },
    scales: {
      value: "LIST",
      help: `draw logits from N(0, 1) times each of these: 10, 5/3, 1/sqrt(10) (${SCALES} without LOGITS)`,
    },
    uniform: { help: "draw from U(0, 1), like torch.rand, instead of N(0, 1)" },
    classes: { value: "N", help: `number of logits per draw (${CLASSES})` },
    draws: { value: "N", help: `number of draws (${DRAWS})` },
    seed: { value: "N", help: `seed of the draws (${SEED})` },
    json: { help: "print one JSON array: one object per row" },
  },
  examples: [
    ["ablate softmax", "four logits: equal, confident and right, confident and wrong, random"],
    ["ablate softmax 1,2,0 -1,2,0 --target 1", "your own logits, the right class in the middle"],
    [
      "ablate softmax --scales 1,10,20 --classes 27",
      "27 characters, as random as v1's first logits",
    ],
    ["ablate softmax --uniform --scales 1 --draws 1", "four logits of torch.rand, in full"],
  ],
  see: ["docs/tutorial.md", "docs/json.md", "ablate gain"],
  run: ({ flags, terminal }) => {
    const target = flags.count("target") ?? 0;
    const rows = [...givenRows(flags, target), ...randomRows(flags, target)];
    terminal.write(flags.has("json") ? jsonArray(rows) : page(rows, target, terminal.paint));
    return 0;
  },
};

/** What logits cost, with the keys of `--json`. */
type Row = {
  /** The logits as given. */
  readonly logits: string;
  readonly classes: number;
  /** The right class, from 0. */
  readonly target: number;
  /** What as many equal logits cost, in nats. */
  readonly equal: number;
  /** The mean, where they are drawn. */
  readonly loss: number;
  /** The logits as numbers; null of several draws. */
  readonly values: readonly number[] | null;
  /** Null of several draws; what comes after is null where logits are given. */
  readonly probabilities: readonly number[] | null;
  readonly draws: number | null;
  readonly seed: Seed | null;
  /** Null also for a single draw. */
  readonly loss_std: number | null;
  /** The share of the draws that cost more than equal logits. */
  readonly worse: number | null;
};

function givenRows(flags: Flags, target: number): readonly Row[] {
  const byDefault = flags.has("scales") ? [] : HAND_MADE;
  return (flags.rest.length > 0 ? flags.rest : byDefault).map((logits) => {
    const values = readScales(logits, LOGITS_ARE).map(({ scale }) => scale);
    const classes = values.length;
    if (classes < 2) {
      throw new UsageError(`LOGITS are two numbers or more, separated by commas, not "${logits}"`);
    }
    const equal = equalLoss(classes, target, logits);
    const [loss, probabilities] = [crossEntropy(values, target), [...softmax(values)]];
    const drawn = { draws: null, seed: null, loss_std: null, worse: null };
    return { logits, classes, target, equal, loss, values, probabilities, ...drawn };
  });
}

function randomRows(flags: Flags, target: number): readonly Row[] {
  const scales = flags.text("scales") ?? (flags.rest.length > 0 ? undefined : SCALES);
  if (scales === undefined) return [];
  const classes = flags.count("classes", 2) ?? CLASSES;
  const draws = flags.count("draws", 1) ?? DRAWS;
  const seed = flags.seed("seed") ?? SEED;
  const equal = equalLoss(classes, target, "--classes");
  if (classes * draws > MOST_NUMBERS) {
    throw new UsageError(
      `--classes ${classes} times --draws ${draws} is too much; ten million numbers may be drawn`,
    );
  }
  const from: "rand" | "randn" = flags.has("uniform") ? "rand" : "randn";
  return readScales(scales, SCALES_ARE).map(({ text, scale }) => {
    const options = { classes, draws, target, seed, from };
    const { mean: loss, std, worse } = randomLosses(scale, options);
    const logits = `${from === "rand" ? "U" : "N"}(0, 1) x ${text}`;
    const one = draws === 1 ? randomLogits(scale, options) : null;
    return {
      ...{ logits, classes, target, equal, loss },
      values: one && [...one],
      probabilities: one && [...softmax(one)],
      ...{ draws, seed, loss_std: one ? null : std, worse },
    };
  });
}

/** Returns what equal logits cost; there must be a class `target` among them. */
function equalLoss(classes: number, target: number, where: string): number {
  if (target < classes) return crossEntropy(new Float64Array(classes), 0);
  throw new UsageError(
    `--target ${target}: there are ${classes} classes (${where}), counted from 0`,
  );
}

/** Tables the logits that were given or drawn once, then those that are drawn many times. */
function page(rows: readonly Row[], target: number, paint: Paint): string {
  const style = tableStyle(paint);
  const given = rows.filter(({ values }) => values !== null);
  const drawn = rows.filter(({ values }) => values === null);
  const fixed = (value: number): string => value.toFixed(4);
  const all = (values: readonly number[] | null): string => (values ?? []).map(fixed).join(" ");
  const givenTable = table(
    ["logits", "probabilities", right("loss"), right("if equal")],
    given.map(({ logits, draws, values, probabilities, loss, equal }) => [
      draws === null ? logits.replace(/\s*,\s*/g, " ") : all(values),
      all(probabilities),
      ...[loss, equal].map(fixed),
    ]),
    style,
  );
  const [title] = drawn.map((row) => `${count(row.draws)} draws of ${count(row.classes)} logits`);
  const drawnTable = table(
    [title ?? "", ...["mean loss", "std", "if equal", "above it"].map(right)],
    drawn.map(({ logits, loss, loss_std: std, equal, worse }) => [
      ...[logits, fixed(loss), fixed(std ?? 0), fixed(equal)],
      `${Math.round((worse ?? 0) * 100)}%`,
    ]),
    style,
  );
  return [
    `class ${target} is the right one, counted from 0; losses in nats\n`,
    ...(given.length === 0 ? [] : [givenTable]),
    ...(drawn.length === 0 ? [] : [drawnTable]),
  ].join("\n");
}
