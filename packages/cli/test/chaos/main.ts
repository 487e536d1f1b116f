/**
 * `pnpm test:chaos`: kills what trains a grid, again and again, and checks that it leaves no trace.
 * `--rounds N` (200), `--seed N` (drawn and printed unless given), `--first N` and `--rounds 1` repeat
 * one round; `--jobs N` rounds at a time (1).
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chaosFolder, configOf, ENGINES, type Engine } from "./grid.ts";
import { live } from "./life.ts";
import { Random } from "./random.ts";
import { chaosRound, checkEnd } from "./round.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    first: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
  },
});
type Options = Readonly<Record<"rounds" | "seed" | "first" | "jobs", string>>;

/** Every so many rounds it is the other engine that trains. */
const TFJS_EVERY = 20;

async function main({ rounds, seed, first, jobs }: Options): Promise<number> {
  const began = performance.now();
  const folder = chaosFolder();
  say(`seed ${seed}, ${rounds} rounds from ${first}, in ${folder}`);
  const counts = new Map<string, number>();
  const count = (what: string): unknown => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const engine of ENGINES) {
    const store = undisturbedOf(engine);
    checkEnd(await live(folder, { config: configOf(engine), store, blows: [] }));
  }
  let next = Number(first);
  let bad = 0;
  const end = Number(first) + Number(rounds);
  const work = async (): Promise<void> => {
    while (next < end) {
      const number = next;
      next += 1;
      const engine: Engine = number % TFJS_EVERY === 0 ? "tfjs" : "simd";
      const store = `round-${number}.db`;
      const random = new Random(Number(seed) * 10_007 + number);
      const result = await chaosRound({
        folder,
        config: configOf(engine),
        store,
        undisturbed: undisturbedOf(engine),
        random,
      }).catch((error: unknown) => ({ hits: [], lives: 0, wrong: [String(error)] }));
      for (const { victim, after } of result.hits) {
        count(`kill -9 of ${victim}`);
        count(`after ${after}`);
      }
      const hits = result.hits.map(({ victim, after }) => `${victim} after ${after}`).join(", ");
      say(`round ${number} (${engine}), ${result.lives} starts; ${hits}`);
      if (result.wrong.length === 0) continue;
      bad += 1;
      say(`round ${number} FAILED, see ${join(folder, store)}:\n  ${result.wrong.join("\n  ")}`);
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, work));
  for (const [what, times] of [...counts].toSorted()) say(`${what}: ${times}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`seed ${seed}: ${rounds} rounds in ${seconds} s, ${bad} failed`);
  return bad === 0 ? 0 : 1;
}

function undisturbedOf(engine: Engine): string {
  return `undisturbed-${engine}.db`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(values);
