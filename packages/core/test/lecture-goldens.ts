/** What PyTorch gives for calls 1 to 8 of the lecture's second part, by one generator, on the project's names. */
import { readFileSync } from "node:fs";

type Moments = { readonly mean: number; readonly std: number };

export type LectureCall = {
  /** 32-bit outputs that the calls before it have used up. */
  readonly skip: number;
  /** Of its first step; the rest is of its last. */
  readonly loss: number;
  readonly layers: readonly { readonly value: Moments; readonly gradient: Moments }[];
  readonly weights: readonly { readonly gradient: Moments; readonly ratio: number }[];
  /** After its last step: the logits of ".em", and of the first 32 training examples what leaves the first layer. */
  readonly seen?: {
    readonly logits: readonly number[];
    readonly first: readonly number[];
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly names?: readonly string[];
};

type Lecture = {
  readonly seed: number;
  readonly calls: readonly LectureCall[];
  /** Of a generator of seed 7 after 1,000 outputs, by kind. */
  readonly draws: Readonly<Record<string, readonly number[]>>;
};

export const lecture: Lecture = JSON.parse(
  readFileSync(new URL("goldens/lecture.json", import.meta.url), "utf8"),
);
