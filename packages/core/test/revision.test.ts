import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGINE_REVISIONS } from "../src/index.ts";
import { BITS_FILE, trainedBits } from "./revision-bits.ts";

const CHANGED = `simd trains other bits than its revision ${ENGINE_REVISIONS.simd} did. If that is meant, raise ENGINE_REVISIONS.simd in packages/core/src/engines/revision.ts by one, unless this release has raised it already; then \`npx pnpm@12 revision-bits\` stores the new ones`;

test("the current revision trains the bits that are stored of it", () => {
  const stored: unknown = JSON.parse(readFileSync(BITS_FILE, "utf8"));

  expect(trainedBits(), CHANGED).toEqual(stored);
});
