/** Optimisers and clipping on the kernels, over given gradients, against PyTorch's. */
import { expect, test } from "vitest";
import { keptStates } from "../src/optimizers/optimizers.ts";
import { GIVEN, GOLDEN_OPTIMIZERS } from "./golden-optimizers.ts";
import { expectNear } from "./kernel-memory.ts";
import { GivenUpdates } from "./updates-make.ts";

test.each(GOLDEN_OPTIMIZERS)("five updates of $name are PyTorch's", ({ spec, after, state }) => {
  const given = new GivenUpdates({ start: [GIVEN.start], train: { optimizer: spec } });
  for (const [i, gradient] of GIVEN.gradients.entries()) {
    given.step([gradient], GIVEN.rates[i] ?? 0);
    expectNear(given.values()[0], after[i] ?? [], 2e-6);
  }

  const kept = new Map(given.updates.tensors().map(({ name, values }) => [name, values]));
  expect([...kept.keys()]).toEqual(keptStates(spec).map(({ name }) => `p0.${name}`));
  for (const { name } of keptStates(spec)) {
    if (state[name] !== undefined) expectNear(kept.get(`p0.${name}`), state[name], 2e-6);
  }
});
