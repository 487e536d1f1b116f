/** docs/diagnostics.md says what the program says. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRule, RULES, THRESHOLDS } from "@ablate/core";
import { beforeAll, expect, test } from "vitest";
import { drawPictures, trainingCommands } from "./diagnosis-pictures.ts";
import { blocks, page, sections, tableRows } from "./documents.ts";
import { ablate, makeFolder, spawnAblate } from "./make.ts";

const ROOT = new URL("../../../", import.meta.url);
const text = page("docs/diagnostics.md");
const documented = sections(text);
const rows = tableRows(text, "rule");
const known = Object.keys(THRESHOLDS);

let drawn = "";

beforeAll(async () => {
  const folder = makeFolder();
  const few = join(folder, "few.txt");
  const names = readFileSync(new URL("data/names.txt", ROOT), "utf8").split("\n");
  writeFileSync(few, names.slice(0, 60).join("\n"));
  const config = new URL("docs/diagnostics.yaml", ROOT).pathname;
  for (const args of trainingCommands(config, few))
    expect((await ablate(folder, ...args)).status).toBeLessThan(2);

  const printed = new Map<string, string>();
  drawn = drawPictures(text, (...args) => {
    const key = args.join(" ");
    const known = printed.get(key) ?? spawnAblate(folder, ...args).stdout;
    printed.set(key, known);
    return known;
  });
}, 300_000);

test("every rule has its section and its row, in the order of the program", () => {
  const titles = [...documented.keys()];

  expect(titles.filter(isRule)).toEqual(Object.keys(RULES));
  expect(rows.map((row) => linkText(row.get("rule")))).toEqual(Object.keys(RULES));
});

test.each(rows.map((row) => [linkText(row.get("rule")), row] as const))(
  "the row of %s has the rule's level and a threshold with its default",
  (rule, row) => {
    const level = Object.entries(RULES).find(([name]) => name === rule)?.[1];
    const name = (row.get("threshold") ?? "").replaceAll("`", "").replace("thresholds.", "");
    const usual = Object.entries(THRESHOLDS).find(([one]) => one === name)?.[1];

    expect(row.get("level")).toBe(level);
    if (name === "") expect(row.get("default")).toBe("");
    else expect(Number(row.get("default"))).toBe(usual);
  },
);

test("every threshold is on the page, and no other", () => {
  const named = [...text.matchAll(/thresholds\.([a-z_]+)/g)].map(([, name = ""]) => name);

  expect([...new Set(named)].sort()).toEqual(known.toSorted());
});

test("the example of thresholds is a config", async () => {
  const folder = makeFolder();
  const [example = ""] = blocks(text, "yaml");
  const small = readFileSync(join(folder, "small.yaml"), "utf8");
  writeFileSync(join(folder, "small.yaml"), `${small}${example}`);

  expect((await ablate(folder, "plan", "small.yaml")).status).toBe(0);
});

test.each(Object.keys(RULES))("the pictures of %s are what the program prints", (rule) => {
  const section = documented.get(rule) ?? "";

  expect(sections(drawn).get(rule)).toBe(section);
  expect(blocks(section, "text").length).toBeGreaterThan(rule === "validation-gap" ? 0 : 1);
  expect(section).toContain(`${rule}, since `);
});

function linkText(cell = ""): string {
  return /\[(.*?)\]/.exec(cell)?.[1] ?? "";
}
