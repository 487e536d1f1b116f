import fc from "fast-check";
import { expect, test } from "vitest";
import { EarlyStop, type StopSpec } from "../src/index.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

const NEVER: StopSpec = { every: 10, patience: null, target: null, budgetSeconds: null };

test("patience counts the steps since the lowest validation loss", () => {
  const stop = new EarlyStop({ ...NEVER, patience: 25 });

  const told = [3, 2, 2.5, 2.1, 2].map((loss, i) => stop.follow((i + 1) * 10, loss));

  expect(told).toEqual([null, null, null, null, "patience"]);
  expect(stop.state).toEqual({ best: 2, step: 20 });
});

test("a target is met at it and below it", () => {
  const stop = new EarlyStop({ ...NEVER, target: 2.5 });

  expect(stop.follow(10, 2.6)).toBeNull();
  expect(stop.follow(20, 2.5)).toBe("target");
  expect(stop.follow(30, 2.4)).toBe("target");
});

test("a loss that is not finite is no improvement and no target", () => {
  const stop = new EarlyStop({ ...NEVER, patience: 20, target: 1 });

  expect(stop.follow(10, Number.NaN)).toBeNull();
  expect(stop.follow(20, Number.POSITIVE_INFINITY)).toBe("patience");
  expect(stop.state).toEqual({ best: null, step: 0 });
});

test("going on from a state, and being told a step twice, changes nothing", () => {
  const losses = fc.array(fc.double({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 });
  const going = fc.property(losses, fc.nat(29), (all, at) => {
    const spec = { ...NEVER, patience: 30, target: 0.1 };
    const whole = new EarlyStop(spec);
    let cut = new EarlyStop(spec);
    for (const [i, loss] of all.entries()) {
      const step = (i + 1) * 10;
      const expected = whole.follow(step, loss);
      expect(cut.follow(step, loss)).toBe(expected);
      if (i !== at) continue;
      cut = new EarlyStop(spec, JSON.parse(JSON.stringify(cut.state)));
      expect(cut.follow(step, loss)).toBe(expected);
    }
    expect(cut.state).toEqual(whole.state);
  });
  fc.assert(going);
});
