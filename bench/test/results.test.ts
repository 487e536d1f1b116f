import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PAGES, withResults } from "../src/results.ts";

test.for(PAGES.map((page) => fileURLToPath(page)))(
  "%s tells the last reports as they are",
  (page) => {
    const text = readFileSync(page, "utf8");

    expect(text).toContain("<!-- bench: ");
    expect(withResults(text)).toBe(text);
  },
);

test("a region that no report has is a mistake", () => {
  const page = "<!-- bench: sped -->\n<!-- end -->";

  expect(() => withResults(page)).toThrow("the page has an unknown region sped");
});
