/** Writes what logits cost: a table of those given, and one of those drawn. */

import type { RandomLosses } from "@ablate/core";
import { count, table } from "@ablate/text";

type Logits = {
  /** As they were given. */
  readonly logits: string;
  readonly classes: number;
  /** What as many equal logits cost, in nats. */
  readonly equal: number;
  /** The right class, from 0. */
  readonly target: number;
};

/** Logits that were given. */
export type HandMade = Logits & {
  readonly probabilities: readonly number[];
  readonly loss: number;
};

/** Logits that are drawn. */
export type Random = Logits & {
  readonly losses: RandomLosses;
  readonly draws: number;
  readonly seed: number;
};

const right = (title: string): { readonly title: string; readonly align: "right" } => ({
  title,
  align: "right",
});

/** The whole page. */
export function softmaxPage({
  handMade,
  random,
  target,
}: {
  readonly handMade: readonly HandMade[];
  readonly random: readonly Random[];
  readonly target: number;
}): string {
  return [
    `class ${target} is the right one, counted from 0; losses in nats\n`,
    ...(handMade.length === 0 ? [] : [handMadeTable(handMade)]),
    ...(random.length === 0 ? [] : [randomTable(random)]),
  ].join("\n");
}

function handMadeTable(rows: readonly HandMade[]): string {
  return table(
    [{ title: "logits" }, { title: "probabilities" }, right("loss"), right("if equal")],
    rows.map(({ logits, probabilities, loss, equal }) => [
      logits.replace(/\s*,\s*/g, " "),
      probabilities.map((value) => value.toFixed(4)).join(" "),
      loss.toFixed(4),
      equal.toFixed(4),
    ]),
  );
}

function randomTable(rows: readonly Random[]): string {
  const { draws, classes } = rows[0] ?? { draws: 0, classes: 0 };
  return table(
    [
      { title: `${count(draws)} draws of ${count(classes)} logits` },
      right("mean loss"),
      right("std"),
      right("if equal"),
      right("above it"),
    ],
    rows.map(({ logits, losses, equal }) => [
      logits,
      losses.mean.toFixed(4),
      Number.isFinite(losses.std) ? losses.std.toFixed(4) : "-",
      equal.toFixed(4),
      `${Math.round(losses.worse * 100)}%`,
    ]),
  );
}
