import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Ended, Place } from "./make.ts";

const MEANWHILE = "the engine tfjs runs on WebAssembly meanwhile\n";

/** It ended with this sentence as its last but one, with exit 1, without a stack, and left nothing. */
export function expectSentence(
  { status, stderr, stdout }: Ended,
  sentence: RegExp,
  place: Place,
): void {
  const [last, meanwhile] = stderr.split("\n").slice(-3);
  expect(`${meanwhile}\n`).toBe(MEANWHILE);
  expect(last).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  expect(stdout).toBe("");
  expect(status).toBe(1);
  if (existsSync(place.cache)) expect(readdirSync(place.cache)).toEqual([]);
  expect(existsSync(join(place.package, "lib"))).toBe(false);
}
