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
};

/** Deaths of coordinators in a round, at most; then it is left to finish. */
const MOST_LIVES = 6;
/** Events of an undisturbed grid, about. */
const EVENTS = 60;
const VICTIMS = ["worker", "coordinator", "both"] as const;

/** @throws Error - the command ended otherwise than it should */
export async function chaosRound(options: RoundOptions): Promise<Round> {
  const { folder, config, store, undisturbed, random } = options;
  const hits: Hit[] = [];
  for (let lives = 1; ; lives++) {
    const blows = lives > MOST_LIVES ? [] : blowsOf(random);
    const life = await live(folder, { config, store, blows });
    hits.push(...life.hits);
    if (life.hits.some(({ victim }) => victim !== "worker") && life.code === null) continue;
    checkEnd(life);
    const paths = [store, undisturbed].map((name) => join(folder, name));
    const [path = "", other = ""] = paths;
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
