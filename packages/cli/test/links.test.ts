/** Links between the documents, and what README.md promises to lead to. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { page } from "./documents.ts";

type Link = { readonly from: string; readonly target: string };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const guides = readdirSync(join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const readmes = readdirSync(join(ROOT, "packages"))
  .map((name) => `packages/${name}/README.md`)
  .filter((path) => existsSync(join(ROOT, path)));
const pages = [
  ...["README.md", "CONTRIBUTING.md", "configs/README.md", "data/README.md"],
  ...guides,
  ...readmes,
];
const links = pages.flatMap(linksOf);
const ours = links.filter(({ target }) => !/^[a-z]+:/.test(target));

test("the pages have links", () => {
  expect(ours.length).toBeGreaterThan(50);
  expect(ours.filter(({ target }) => target.includes("#"))).not.toEqual([]);
});

test.each(ours)("$from leads to $target", ({ from, target }) => {
  const [path = "", anchor] = target.split("#");
  const place = path === "" ? from : normalize(join(dirname(from), path));

  expect(existsSync(join(ROOT, place)), `${place} is not there`).toBe(true);
  if (anchor === undefined) return;
  expect(statSync(join(ROOT, place)).isFile()).toBe(true);
  expect(anchorsOf(place)).toContain(anchor);
});

test("README.md leads to docs/README.md, and one of them to every other guide", () => {
  const near = linksOf("README.md").map(({ target }) => target);
  const targets = [...near, ...linksOf("docs/README.md").map(({ target }) => `docs/${target}`)];

  expect(near).toContain("docs/README.md");
  expect(guides.filter((path) => !targets.includes(path))).toEqual([]);
});

test("every verb is in README.md or a page that it leads to", () => {
  const near = linksOf("README.md").map(({ target }) => target.split("#")[0] ?? "");
  const told = ["README.md", ...near.filter((path) => path.endsWith(".md"))].map(page).join("\n");

  const missing = VERBS.filter(({ name: verb }) => !new RegExp(`ablate ${verb}\\b`).test(told));

  expect(missing).toEqual([]);
});

/** Links of a page, those within code left out. */
function linksOf(from: string): readonly Link[] {
  const prose = page(from)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, "`code`");
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = ""]) => ({
    from,
    target,
  }));
}

/** Anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(path: string): readonly string[] {
  const headings = page(path)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .matchAll(/^#+ (.*)$/gm);
  const seen = new Map<string, number>();
  return [...headings].map(([, title = ""]) => {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
