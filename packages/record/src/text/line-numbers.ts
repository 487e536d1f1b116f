/** Numbers in lines that training scripts print for people to read. */

/** What a line says. */
export type LineNumbers = {
  readonly step: number | null;
  readonly epoch: number | null;
  readonly names: readonly string[];
  readonly values: readonly number[];
};

/** Words before a number that counts steps. */
const STEP = /^(?:global_?)?(?:step|iter|iteration|it|batch|update|iters|steps)$/i;

const EPOCH = /^(?:ep|epoch)$/i;

/** Words that begin a name of two, like "train loss"; any other word before a name is no part of it. */
const FIRST_WORD =
  /^(?:train|training|val|valid|validation|eval|test|dev|avg|average|mean|running|learning|grad|gradient|smoothed|total|batch|epoch)$/i;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf(?:inity)?)`;

/** What may be between a name and its number: quotes of a dict, brackets, a tensor that was not made a number. */
const BETWEEN = String.raw`['"]?\s*[:=]?\s*(?:tensor\()?[[('"]?\s*`;

/** A name, perhaps of two words, and a number behind it, perhaps with a unit. No date, no 16,384. */
const PAIR = new RegExp(
  String.raw`(?:([A-Za-z]+)[ _])?(?<![\w.])([A-Za-z_][\w./@-]*)${BETWEEN}(${NUMBER})(?:ms|us|s|%)?(?![\w.]|[:,-]\d)`,
  "gi",
);

/** PyTorch's examples: epoch 1 [6400/60000 (11%)]. */
const WITHIN_EPOCH = /\bepoch:?\s*\d+\s*\[(\d+)\/\d+/i;

export function lineNumbers(line: string): LineNumbers {
  const names: string[] = [];
  const values: number[] = [];
  const within = WITHIN_EPOCH.exec(line)?.[1];
  let step = within === undefined ? null : Number(within);
  let epoch: number | null = null;
  for (const [, first = "", last = "", text = ""] of line.matchAll(PAIR)) {
    const number = numberIn(text);
    if (STEP.test(last)) step ??= wholeOrNull(number);
    else if (EPOCH.test(last)) epoch ??= number;
    else {
      const name = FIRST_WORD.test(first) ? `${first}_${last}` : last;
      if (names.includes(name)) continue;
      names.push(name);
      values.push(number);
    }
  }
  return { step, epoch, names, values };
}

function numberIn(text: string): number {
  const number = Number(text);
  if (!Number.isNaN(number)) return number;
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function wholeOrNull(number: number): number | null {
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}
