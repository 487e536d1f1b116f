/**
 * Identities of runs as the version computed them that knew no list of layers, no optimisers and no curves of the learning
 * rate: a store that it wrote is found again. No line of `old-identities.json` ever changes.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { identitiesOf } from "./identities.ts";

const line = z.strictObject({
  config: z.string(),
  label: z.string(),
  hash: z.string(),
  family: z.string(),
  resolved: z.string(),
  all: z.string(),
});

const table = z
  .array(line)
  .parse(JSON.parse(readFileSync(new URL("old-identities.json", import.meta.url), "utf8")));

test.each(table)("$config has the runs that it had", ({ config, ...before }) => {
  expect(identitiesOf(config)).toEqual(before);
});

test("these are more than forty runs", () => {
  expect(new Set(table.map(({ hash }) => hash)).size).toBeGreaterThan(40);
});
