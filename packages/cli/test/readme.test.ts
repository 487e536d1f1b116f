/** What README.md counts is what there is. */
import { readdirSync } from "node:fs";
import { ACTIVATIONS, OPTIMIZERS, RULES } from "@ablate/core";
import { expect, test } from "vitest";
import { page } from "./documents.ts";

const readme = page("README.md").replace(/\s+/g, " ");

test("README.md says how many rules, nonlinearities, optimisers and configs there are", () => {
  const configs = readdirSync(new URL("../../../configs", import.meta.url)).filter((name) =>
    name.endsWith(".yaml"),
  );

  expect([ACTIVATIONS.length, Object.keys(OPTIMIZERS).length]).toEqual([9, 6]);
  expect(readme).toContain("nine nonlinearities and six optimisers");
  expect(readme).toContain(`${Object.keys(RULES).length} rules, with evidence`);
  expect(readme).toContain(`a file for each of ${configs.length} questions`);
});

test("README.md can be read in one sitting", () => {
  expect(page("README.md").split("\n").length).toBeLessThan(220);
});
