import { DISTRIBUTIONS, drawNumbers, outputsOf, statisticsOf } from "@ablate/core";
import { count, counted } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { numberLines } from "../print/number-lines.ts";
import { jsonArray } from "../print/rows.ts";

const SEED = 42;
const BELOW = 2;
/** A second's worth. */
const MOST_NUMBERS = 1_000_000;
/** Outputs that may be passed over: about a second's worth, and more than any training draws in an hour. */
const MOST_SKIPPED = 100_000_000;
/** `randint` is a remainder of 32 bits. */
const MOST_BELOW = 2 ** 31 - 1;
const DECIMALS = 4;

export const command: Command = {
  about: `Draws N random numbers as PyTorch does from torch.Generator().manual_seed(S) on a CPU, and prints how many 32-bit outputs of the generator that takes: the unit of init.skip. KIND is ${DISTRIBUTIONS.join(", ")}.`,
  options: {
    seed: { value: "S", help: `seed of the generator (${SEED})` },
    skip: { value: "N", help: "skip N outputs first (0)" },
    below: { value: "N", help: `upper bound of randint, not included (${BELOW})` },
    json: { help: "print one JSON array with one object" },
  },
  examples: [
    ["ablate draw randn 5 --seed 2147483647", "torch.randn(5, generator=g)"],
    [
      "ablate draw randint 32 --below 182625 --seed 2147483647 --skip 46018",
      "the first batch of the lecture's six-layer network, on its names",
    ],
  ],
  see: ["docs/json.md", "docs/config.md"],
  run: ({ flags, terminal }) => {
    const [kind, amount] = flags.positionals;
    const from = DISTRIBUTIONS.find((one) => one === kind);
    if (from === undefined) {
      throw new UsageError(`KIND is one of ${DISTRIBUTIONS.join(", ")}, not "${kind}"`);
    }
    const given = Number(amount);
    if (!Number.isSafeInteger(given) || given < 1 || given > MOST_NUMBERS) {
      throw new UsageError(`N is a whole number from 1 to ${MOST_NUMBERS}, not "${amount}"`);
    }
    const seed = flags.seed("seed") ?? SEED;
    const skip = atMost("skip", flags.count("skip") ?? 0, MOST_SKIPPED);
    const below = atMost("below", flags.count("below", 1) ?? BELOW, MOST_BELOW);
    const values = Array.from(drawNumbers({ seed, skip, from, count: given, below }));
    const outputs = outputsOf(from, given);
    const { mean, std } = statisticsOf(values);
    if (flags.has("json")) {
      const facts = { kind: from, seed, skip, below: from === "randint" ? below : null, outputs };
      const std_ = Number.isFinite(std) ? std : null;
      terminal.write(jsonArray([{ ...facts, mean, std: std_, values }]));
      return 0;
    }
    const text = (value: number): string =>
      from === "randint" ? String(value) : value.toFixed(DECIMALS);
    const spread = Number.isFinite(std) ? `, std ${std.toFixed(DECIMALS)}` : "";
    terminal.write(
      `${numberLines(values.map(text), terminal.columns())}\n${counted(given, "number")}: mean ${mean.toFixed(DECIMALS)}${spread}; ${counted(outputs, "output")} of the generator after ${count(skip)}\n`,
    );
    return 0;
  },
};

function atMost(flag: string, value: number, most: number): number {
  if (value <= most) return value;
  throw new UsageError(`--${flag} takes a whole number up to ${most}, not ${value}`);
}
