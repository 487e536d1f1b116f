import { crossEntropy, randomLosses, softmax } from "@ablate/core";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { readScale } from "../command-line/values.ts";
import { jsonArray } from "../print/rows.ts";
import { type HandMade, type Random, softmaxPage } from "../print/softmax-page.ts";

const HAND_MADE = ["0,0,0,0", "5,0,0,0", "0,5,0,0"];
const SCALES = "0.01,1,10";
const CLASSES = 4;
const DRAWS = 1000;
const SEED = 42;

/** Numbers that are drawn for one scale: a second's worth. */
const MOST_NUMBERS = 10_000_000;

export const command: Command = {
  about: [
    "Trains nothing: turns logits into probabilities and says what they cost when one class is the right one, in nats: -ln of its probability. Equal logits cost ln of the number of classes; whoever is sure and wrong pays about the difference of the logits. LOGITS are numbers separated by commas; the loss of random ones is a mean over many draws.",
  ],
  options: {
    target: { type: "string", value: "I", help: "the right class, counted from 0 (0)" },
    scales: {
      type: "string",
      value: "LIST",
      help: `draw logits from N(0, 1) times each of these: 10, 5/3, 1/sqrt(10) (${SCALES} where no LOGITS are given)`,
    },
    classes: { type: "string", value: "N", help: `logits drawn at a time (${CLASSES})` },
    draws: { type: "string", value: "N", help: `how often they are drawn (${DRAWS})` },
    seed: { type: "string", value: "N", help: `of what is drawn (${SEED})` },
    json: { type: "boolean", help: "print one JSON array: one object per row" },
  },
  examples: [
    ["ablate softmax", "four logits: equal, sure and right, sure and wrong, and at random"],
    ["ablate softmax 1,2,0 -1,2,0 --target 1", "your own, the right class in the middle"],
    [
      "ablate softmax --scales 1,10,20 --classes 27",
      "27 characters, as random as v1's first logits",
    ],
  ],
  see: ["docs/tutorial.md", "docs/json.md", "ablate gain"],
  run: ({ flags, terminal }) => {
    const target = flags.count("target") ?? 0;
    const handMade = handMadeOf(flags).map((text) => handMadeRow(text, target));
    const random = randomOf(flags, target);
    if (flags.has("json")) terminal.write(jsonArray([...handMade, ...random].map(record)));
    else terminal.write(softmaxPage({ handMade, random, target }));
    return 0;
  },
};

function handMadeOf(flags: Flags): readonly string[] {
  if (flags.rest.length > 0) return flags.rest;
  return flags.has("scales") ? [] : HAND_MADE;
}

function handMadeRow(text: string, target: number): HandMade {
  const values = text.split(",").map((part) => {
    const value = readScale(part);
    if (value !== null) return value;
    throw new UsageError(
      `LOGITS are numbers separated by commas, such as 0,5,-1,5/3, not "${part.trim()}"`,
    );
  });
  if (values.length < 2) {
    throw new UsageError(`LOGITS are two numbers or more, separated by commas, not "${text}"`);
  }
  checkTarget(target, values.length, text);
  return {
    logits: text,
    probabilities: [...softmax(values)],
    loss: crossEntropy(values, target),
    equal: equalLoss(values.length),
    classes: values.length,
    target,
  };
}

function randomOf(flags: Flags, target: number): readonly Random[] {
  const scales = flags.text("scales") ?? (flags.rest.length > 0 ? undefined : SCALES);
  if (scales === undefined) return [];
  const classes = flags.count("classes", 2) ?? CLASSES;
  const draws = flags.count("draws", 1) ?? DRAWS;
  const seed = flags.count("seed") ?? SEED;
  checkTarget(target, classes, "--classes");
  if (classes * draws > MOST_NUMBERS) {
    throw new UsageError(
      `--classes ${classes} times --draws ${draws} is too much; ten million numbers may be drawn`,
    );
  }
  return scales.split(",").map((text) => {
    const scale = readScale(text);
    if (scale === null) {
      throw new UsageError(
        `--scales takes numbers separated by commas, such as 10, 5/3 or 1/sqrt(10), not "${text.trim()}"`,
      );
    }
    const losses = randomLosses(scale, { classes, draws, target, seed });
    const equal = equalLoss(classes);
    return { logits: `N(0, 1) x ${text.trim()}`, losses, equal, classes, draws, target, seed };
  });
}

function checkTarget(target: number, classes: number, where: string): void {
  if (target < classes) return;
  throw new UsageError(
    `--target ${target}: there are ${classes} classes (${where}), counted from 0`,
  );
}

function equalLoss(classes: number): number {
  return crossEntropy(new Float64Array(classes), 0);
}

function record(row: HandMade | Random): object {
  const { logits, classes, target, equal } = row;
  if ("probabilities" in row) {
    const { probabilities, loss } = row;
    const drawn = { draws: null, seed: null, loss_std: null, worse: null };
    return { logits, classes, target, equal, loss, probabilities, ...drawn };
  }
  const { losses, draws, seed } = row;
  const drawn = { draws, seed, loss_std: draws === 1 ? null : losses.std, worse: losses.worse };
  return { logits, classes, target, equal, loss: losses.mean, probabilities: null, ...drawn };
}
