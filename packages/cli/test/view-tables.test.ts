import { expect, test } from "vitest";
import { withViews } from "../../../docs/view-tables.ts";
import { page } from "./documents.ts";

test.each(["docs/sql.md", "docs/json.md"])("%s is as `pnpm reference` writes it", (path) => {
  expect(withViews(page(path))).toBe(page(path));
});

test("a page without a table of views is not silently left alone", () => {
  expect(() => withViews("# SQL\n")).toThrow("the page has no table of views");
});
