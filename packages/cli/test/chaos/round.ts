/** One round: a grid is trained to its end, whatever befalls it, and held against an undisturbed one. */
import { join } from "node:path";
import { RUNS } from "./grid.ts";
import { type Blow, type Hit, type Life, live, type Victim } from "./life.ts";
import type { Random } from "./random.ts";
import { differences, faults } from "./whole-grid.ts";

export type Round = {
  readonly hits: readonly Hit[];
  readonly lives: number;
  /** What is wrong with the store in the end; nothing, if all is well. */
  readonly wrong: readonly string[];
};

export type RoundOptions = {
  readonly folder: string;
  readonly config: string;
  readonly store: string;
  /** The undisturbed store. */
  readonly undisturbed: string;
  readonly random: Random;
  /** Two coordinators are started each time, and both are hit. */
  readonly isTwin?: boolean;
};

/** Deaths of coordinators in a round, at most; then it is left to finish. */
const MOST_LIVES = 6;
const MOST_TWIN_LIVES = 3;
/** Events of an undisturbed grid, about. */
const EVENTS = 60;
const VICTIMS = ["worker", "coordinator", "both"] as const;

/** @throws Error - the command ended otherwise than it should */
export async function chaosRound(options: RoundOptions): Promise<Round> {
  const { folder, config, store, undisturbed, random, isTwin = false } = options;
  const hits: Hit[] = [];
  for (let lives = 1; ; lives++) {
    const isLast = lives > (isTwin ? MOST_TWIN_LIVES : MOST_LIVES);
    const count = isTwin && !isLast ? 2 : 1;
    const lots = Array.from({ length: count }, () => (isLast ? [] : blowsOf(random)));
    const lived = await Promise.all(lots.map((blows) => live(folder, { config, store, blows })));
    hits.push(...lived.flatMap((life) => life.hits));
    for (const { code, errors } of lived) {
      if (errors !== "" || ![null, 0, 1].includes(code)) throw new Error(`${code}: ${errors}`);
    }
    const [first] = lived;
    // Of two, one may leave to the other what it holds: the last word has a single one.
    if (first === undefined || (isTwin && !isLast) || first.code === null) continue;
    checkEnd(first);
    const [path, other] = [join(folder, store), join(folder, undisturbed)];
    return { hits, lives, wrong: [...faults(path), ...differences(path, other)] };
  }
}

/** Of eight runs one diverges, so that the command ends with 1, and says nothing to stderr. */
export function checkEnd({ code, errors, events }: Life): void {
  const done = events.at(-1);
  const isWell = code === 1 && errors === "" && done?.event === "done" && done.left === 0;
  const bad = done?.bad === 1 && events[0]?.runs === RUNS;
  if (!isWell || !bad) {
    const said = `${JSON.stringify(events[0])} ... ${JSON.stringify(done)}`;
    throw new Error(`ablate run ended with ${code}: ${errors.trim()} ${said}`);
  }
}

/** Some blows to workers, and then mostly one that ends the coordinator. */
function blowsOf(random: Random): Blow[] {
  const blows: Blow[] = [];
  let events = 0;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const victim: Victim = random.pick(VICTIMS);
    // A quarter falls while nothing is heard yet: it starts, opens the store, plans.
    const isEarly = blows.length === 0 && random.next() < 0.25;
    events += isEarly ? 0 : 1 + random.below(EVENTS / 2);
    blows.push({ victim, events, ms: random.below(isEarly ? 700 : 30) });
  }
  return blows;
}
