/**
 * `pnpm test:chaos-remote`: three workers train a grid over a real Postgres, whatever befalls them, again and again,
 * and what is stored is held against what one machine has stored. `--rounds N` (60), `--seed N` (drawn and
 * printed unless given), `--first N` and `--rounds 1` repeat one round; `--jobs N` rounds at a time (1);
 * `--kind "worker killed"` lets nothing else happen.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chaosFolder, LONG_CONFIG } from "../chaos/grid.ts";
import { live } from "../chaos/life.ts";
import { Random } from "../chaos/random.ts";
import { checkEnd } from "../chaos/round.ts";
import { drawFaults, FAULT_KINDS, type Fault, needsDisk } from "./faults.ts";
import { type Round, remoteRound } from "./round.ts";
import { openServer } from "./server.ts";
import type { HandedOn } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    first: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    kind: { type: "string" },
  },
});
type Options = typeof values;

/** Faults of a round, at most. */
const MOST_FAULTS = 4;

async function main({ rounds, seed, first, jobs, kind }: Options): Promise<number> {
  const folder = chaosFolder();
  const undisturbed = join(folder, "undisturbed.db");
  say(`seed ${seed}, ${rounds} rounds from ${first}, in ${folder}`);
  checkEnd(await live(folder, { config: LONG_CONFIG, store: "undisturbed.db", blows: [] }));
  const began = performance.now();
  const tally = new Tally();
  const end = Number(first) + Number(rounds);
  let next = Number(first);
  const work = async (_: unknown, job: number): Promise<void> => {
    const server = await openServer(join(folder, `postgres-${job}`));
    if (server.disk === null) say("no disk is filled: nothing can be mounted here");
    try {
      while (next < end) {
        const number = next;
        next += 1;
        const random = new Random(Number(seed) * 10_007 + number);
        const faults = draw({ number, random, kind, hasDisk: server.disk !== null });
        const name = `round_${number}`;
        const round = { folder, config: LONG_CONFIG, server, name, faults, undisturbed };
        tally.add(number, await remoteRound(round).catch(failed));
      }
    } finally {
      await server.close();
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, work));
  tally.sum();
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`seed ${seed}: ${rounds} rounds in ${seconds} s, ${tally.bad} failed`);
  return tally.bad === 0 ? 0 : 1;
}

type Lot = {
  readonly number: number;
  readonly random: Random;
  readonly kind: string | undefined;
  readonly hasDisk: boolean;
};

/** Each kind comes first in its turn; what follows is drawn. */
function draw({ number, random, kind, hasDisk }: Lot): Fault[] {
  const kinds = FAULT_KINDS.filter((one) => (hasDisk || !needsDisk(one)) && (kind ?? one) === one);
  const own = kinds[number % kinds.length];
  if (own === undefined) throw new Error(`no kind is called ${kind}: ${FAULT_KINDS.join(", ")}`);
  const more = Array.from({ length: random.below(MOST_FAULTS) }, () =>
    random.pick([own, ...kinds]),
  );
  return drawFaults([own, ...more], random);
}

function failed(error: unknown): Round {
  const nothing = { happened: [], retried: 0, evicted: 0, handedOn: [], seconds: 0 };
  return { ...nothing, wrong: [error instanceof Error ? (error.stack ?? "") : String(error)] };
}

/** What was seen in all rounds. */
class Tally {
  readonly #handedOn: HandedOn[] = [];
  #retried = 0;
  #evicted = 0;
  bad = 0;

  add(number: number, { happened, retried, evicted, handedOn, seconds, wrong }: Round): void {
    this.#handedOn.push(...handedOn);
    this.#retried += retried;
    this.#evicted += evicted;
    const counts = `${retried} tried again, ${evicted} evicted`;
    say(`round ${number}, ${seconds.toFixed(1)} s, ${counts}: ${happened.join("; ")}`);
    if (wrong.length === 0) return;
    this.bad += 1;
    say(`round ${number} FAILED:\n  ${wrong.join("\n  ")}`);
  }

  sum(): void {
    say(
      `${this.#retried} times a run was tried again, ${this.#evicted} times a worker was evicted`,
    );
    for (const [kind, all] of Map.groupBy(this.#handedOn, (one) => one.kind)) {
      const seconds = all.map(({ ms }) => ms / 1000).toSorted((a, b) => a - b);
      const [median = 0, most = 0] = [seconds[seconds.length >> 1], seconds.at(-1)];
      const times = `${median.toFixed(1)} s in the middle, ${most.toFixed(1)} s at most`;
      say(`${kind}: ${seconds.length} runs began elsewhere after ${times}`);
    }
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
process.exitCode = await main(values);
