import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { blocks, page, tableRows } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { reportIn, textOf } from "./report-make.ts";
import { train } from "./train.ts";

const text = page("docs/report.md");
const commands = blocks(text, "sh").flatMap((block) => block.trim().split("\n"));
const QUICKSTART = fileURLToPath(new URL("../../../configs/quickstart.yaml", import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = makeFolder();
  const set = ["--set", "data.file=names.txt", "--set", "train.clip.norm=1"];
  const flags = [...set, "--seeds", "1,2,3", "--steps", "120"];
  await train(folder, QUICKSTART, ...flags);
});

test.each(commands)("%s", async (command) => {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  const [program = "", ...args] = words;
  const file = args.at(-1) ?? "";

  const { status, stderr } = await ablate(folder, ...args);

  expect(program).toBe("ablate");
  expect([stderr, status]).toEqual([expect.stringContaining(`wrote ${file}, `), 0]);
  expect(existsSync(join(folder, file))).toBe(true);
});

test("the page lists the sections of a report, in their order", async () => {
  const titles = [...(await reportIn(folder, "quickstart")).matchAll(/<h2 [^>]*>(.*?)<\/h2>/g)].map(
    ([, title = ""]) => textOf(title),
  );

  const listed = tableRows(text, "section").map((row) => row.get("section") ?? "");
  expect(listed.filter((title) => !OF_FACTORIAL_GRIDS.includes(title))).toEqual(titles);
});

/** Sections that a grid of variants does not have: no two of its factors are crossed. */
const OF_FACTORIAL_GRIDS = [
  "What each factor does",
  "Which factors decide?",
  "Do factors act together?",
];
