import { expect, test } from "vitest";
import { platformName, sourcesFor, thisPlatform } from "../src/package.ts";

test.each([
  [{ os: "linux", cpu: "x64", isGlibc: true }, ["official", "wheel"], "linux x64"],
  [{ os: "linux", cpu: "x64", isGlibc: false }, [], "linux x64 with musl"],
  [{ os: "linux", cpu: "arm64", isGlibc: true }, [], "linux arm64"],
  [{ os: "darwin", cpu: "x64", isGlibc: null }, ["official"], "darwin x64"],
  [{ os: "darwin", cpu: "arm64", isGlibc: null }, [], "darwin arm64"],
])("%o has these sources: %o", (platform, sources, name) => {
  expect(sourcesFor(platform)).toEqual(sources);
  expect(platformName(platform)).toBe(name);
});

test("the platform of this process is what Node says", () => {
  expect(thisPlatform()).toMatchObject({ os: process.platform, cpu: process.arch });
});
