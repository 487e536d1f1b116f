/** How many threads a run is given, and by how many it is computed. */
import type { ThreadTeam } from "@ablate/core";
import { expect, test } from "vitest";
import { CoreShares } from "../src/pool/core-shares.ts";
import { ThreadChoice } from "../src/worker/thread-choice.ts";
import { ThreadTrial } from "../src/worker/thread-trial.ts";
import { makeSpec } from "./run-make.ts";

const WIDE = 256;

/** Cores that are shared by runs of these widths, and what each was told last. */
function makeShares({ cores, asked }: { readonly cores: number; readonly asked?: number }) {
  let waiting = 0;
  const told = new Map<string, number>();
  const shares = new CoreShares({ cores, asked, waiting: () => waiting });
  const join = (name: string, width: number, engine: "simd" | "tfjs" = "simd") => {
    const spec = makeSpec();
    const { model } = makeSpec({ model: { hidden: [8, width] } });
    const wide = { ...spec, model };
    return shares.join({ spec: wide, engine }, (threads) => told.set(name, threads));
  };
  return { join, told, wait: (runs: number) => (waiting = runs) };
}

test("the last of three runs on two cores gets the core that idles", () => {
  const { join, told, wait } = makeShares({ cores: 2 });
  wait(1);
  const [a, b] = [join("a", WIDE), join("b", WIDE)];
  wait(0);
  a.leave();
  const c = join("c", WIDE);
  expect([b, c].map((share) => share.offer().now)).toEqual([1, 1]);

  b.leave();

  expect(c.offer()).toEqual({ now: 2, most: 2, isMeasured: true });
  expect(told.get("c")).toBe(2);
});

test("narrow runs and the engine tfjs take one core, wide ones share the rest", () => {
  const { join } = makeShares({ cores: 8 });

  const shares = [join("a", 255), join("b", WIDE, "tfjs"), join("c", WIDE), join("d", 1000)];

  expect(shares.map((share) => share.offer().now)).toEqual([1, 1, 3, 3]);
  expect(shares.map((share) => share.offer().most)).toEqual([1, 1, 8, 8]);
});

test("a number of threads that was asked for is what every run gets", () => {
  const { join, wait } = makeShares({ cores: 4, asked: 3 });
  wait(9);

  const offer = { now: 3, most: 3, isMeasured: false };
  expect(join("a", 8).offer()).toEqual(offer);
  expect(join("b", WIDE).offer()).toEqual(offer);
  expect(join("c", WIDE, "tfjs").offer().now).toBe(1);
});

/** Milliseconds of a step by threads, and what a trial finds best. */
test.each([
  [{ 1: 10, 2: 5.2 }, 2],
  [{ 1: 10, 2: 9.8 }, 1],
  [{ 1: 10, 2: 30 }, 1],
  [{ 1: 10, 2: 6, 4: 5, 6: 4.9 }, 4],
  [{ 1: 8, 2: 5, 4: 9, 8: 20 }, 2],
])("steps of %j ms are made by %i threads", (times: Readonly<Record<number, number>>, best) => {
  const trial = new ThreadTrial(Math.max(...Object.keys(times).map(Number)), 10);

  while (trial.best === null) {
    const steps = trial.steps(64);
    trial.made(steps, steps * (times[trial.threads] ?? Number.NaN));
  }

  expect(trial.best).toBe(best);
});

/** A team of two threads that have started. */
class TwoThreads implements ThreadTeam {
  readonly most = 2;
  readonly refusal = null;
  size = 1;
  want(threads: number): void {
    this.size = threads;
  }
  admit(): void {}
}

/** Makes steps for so many milliseconds, each as long as its number of threads says. */
function train(
  choice: ThreadChoice,
  team: ThreadTeam,
  ms: number,
  stepMs: (size: number) => number,
) {
  for (let passed = 0; passed < ms; ) {
    const steps = choice.next(64);
    const took = steps * stepMs(team.size);
    choice.made(steps, took);
    passed += took;
  }
}

test("what pays is found at the start of a run, and again when it changes", () => {
  const team = new TwoThreads();
  const choice = new ThreadChoice(team, { now: 2, most: 2, isMeasured: true });
  const isAlone = (size: number) => 2 / size;
  const isDisturbed = (size: number) => 2 * size;

  train(choice, team, 600, isAlone);
  expect([team.size, choice.news()]).toEqual([2, { threads: 2, refusal: null }]);
  train(choice, team, 25_000, isDisturbed);
  expect([team.size, choice.news()]).toEqual([1, null]);
  train(choice, team, 25_000, isAlone);
  expect(team.size).toBe(2);
  choice.offer(1);
  expect(team.size).toBe(1);
});
