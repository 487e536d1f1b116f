/** What an importance says, and where it says little. */
import { counted, listed, percent } from "@ablate/text";
import type { Importance } from "./importance.ts";

/** From this share on one setting decides what is important. */
const MOST_OF_ONE = 0.5;

/** What is not additive is said to be interaction where it is so many times what luck leaves, and at least this much. */
const TIMES_LUCK = 2;
const LEAST_REST = 0.05;

/** Says how the shares are to be read: what is not additive, what luck makes, and what is not counted. */
export function importanceWords(found: Importance): readonly string[] {
  const { factors, isBalanced, farthest } = found;
  if (factors.length === 0) return [emptyWords(found)];
  const grouped = factors.filter(({ isGrouped }) => isGrouped);
  return [
    restWords(found),
    ...(isBalanced
      ? []
      : [
          "settings are missing, so the factors are not independent: each share is the part that a factor explains beyond all others, and the shares do not add up",
        ]),
    ...(farthest >= MOST_OF_ONE
      ? [
          `one setting alone has ${percent(farthest)} of the variance: the shares are about that one`,
        ]
      : []),
    ...(grouped.length === 0
      ? []
      : [
          `the many values of ${listed(grouped.map(({ factor }) => factor.name))} are put into ${grouped[0]?.values} groups of equal size`,
        ]),
    ...countWords(found),
  ];
}

function emptyWords({ cells, seeds }: Importance): string {
  const have = `${counted(cells.n, "setting")} with a result of ${seeds.n === 1 ? "one seed" : `each of ${counted(seeds.n, "seed")}`}`;
  return `${have} do not show importance: that needs two factors, and more settings than their values`;
}

function restWords({ rest, seeds }: Importance): string {
  const share = `${percent(rest.share)} of the variance between settings is not additive`;
  if (rest.chance === null) {
    const apart =
      "with one seed, interactions of factors and luck of the seed cannot be told apart";
    return rest.share >= LEAST_REST
      ? `${share}; ${apart}. If it is interaction, a factor with a small share may do much at some values of another`
      : `${share}; ${apart}`;
  }
  const luck = `luck of ${counted(seeds.n, "seed")} would leave about ${percent(rest.chance)}`;
  if (rest.share < LEAST_REST || rest.share < TIMES_LUCK * rest.chance) return `${share}; ${luck}`;
  return `${share}, and ${luck}: factors act together, so one with a small share may do much at some values of another; \`ablate compare --by B --within A\` shows which`;
}

function countWords({ cells, seeds, lost }: Importance): readonly string[] {
  const out = cells.of - cells.n;
  const parts = [
    ...(out === 0
      ? []
      : [
          `${out} of ${counted(cells.of, "setting")} have no result with every seed and do not count`,
        ]),
    ...(seeds.n === seeds.of ? [] : [`${seeds.n} of ${counted(seeds.of, "seed")} count`]),
    ...(lost === 0
      ? []
      : [`${counted(lost, "run")} lost: the effect of losing runs is not in a factor's share`]),
  ];
  return parts;
}
