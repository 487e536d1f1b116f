/**
 * `pnpm test:flips`: flips bytes of a store, one at a time, and asks every verb. `--flips N` (1000), `--seed N` (drawn
 * and printed unless given).
 */
import { parseArgs } from "node:util";
import { Random } from "../chaos/random.ts";
import { flipBytes } from "./flips.ts";
import { chooseFlips } from "./places.ts";

const { values } = parseArgs({
  options: {
    flips: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});

const [count, seed] = [Number(values.flips), Number(values.seed)];
say(`seed ${seed}, ${count} flips`);
const wrong = await flipBytes({
  choose: (store) => chooseFlips(store, count, new Random(seed)),
  onFlip: (done, so) => {
    if (done % 50 === 0) say(`${done} of ${count}: ${so.length} wrong`);
  },
});
for (const { flip, verb, what } of wrong) {
  say(`byte ${flip.at} (${flip.table}) ^ ${flip.mask}: ${verb}: ${what}`);
}
say(`${count} flips: ${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
