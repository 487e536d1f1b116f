/** docs/tutorial.md: every command of it is run, from top to bottom, and prints what it shows. */
import { beforeAll, expect, test } from "vitest";
import { page, sections } from "./documents.ts";
import { checkoutFolder, commandsOf, drawPage, inShell, type Told } from "./drawn-page.ts";

const text = page("docs/tutorial.md");
const titles = [...sections(text).keys()];
const FRAME = /(\$ \.\/ablate ui [^\n]*\n)([\s\S]*?)(\n```)/g;
let drawn: ReadonlyMap<string, string> = new Map();
let told: readonly Told[] = [];

beforeAll(() => {
  const result = drawPage(text, checkoutFolder());
  drawn = sections(result.drawn);
  told = result.told;
}, 300_000);

test("every command does what it should", () => {
  const wrong = told.filter(({ status }) => status !== 0);

  expect(told.length).toBeGreaterThan(25);
  expect(wrong).toEqual([]);
});

test.each(titles)("%s shows what the program prints", (title) => {
  const section = sections(text).get(title) ?? "";

  expect(withoutPictures(drawn.get(title) ?? "")).toBe(withoutPictures(section));
});

test("the page follows the lecture row by row, then goes on", () => {
  const rows = [
    "1.1 ",
    "1.2 v1",
    "1.3 ",
    "1.4 ",
    "1.5 v2",
    "1.6 ",
    "1.7 v3 and v4",
    "1.8 ",
    "1.9 v5",
    "1.10 v6 and v7",
    "2.1 Call 1:",
    "2.2 Calls 2 to 4:",
    "2.3 Call 5:",
    "2.4 Call 6:",
    "2.5 Call 7:",
    "2.6 Call 8:",
    "2.7 Calls 9 and 10:",
    "2.8 The lecture's own digits",
    ...["3.1 ", "3.2 ", "3.3 ", "3.4 ", "3.5 "],
  ];

  expect(titles).toHaveLength(rows.length);
  for (const [i, row] of rows.entries()) expect(titles[i]?.startsWith(row), row).toBe(true);
});

test("the commands for the full length do the same, here for 20 steps", () => {
  const long = [...text.matchAll(/<!-- long -->\n```sh\n([\s\S]*?)```/g)].flatMap(
    ([, block = ""]) => commandsOf(block),
  );

  expect(long).not.toEqual([]);
  for (const line of long) {
    const { status, stderr } = inShell(
      `${line} --steps 20 --set record.evaluate=none`,
      checkoutFolder(),
    );
    expect(status, `${line}: ${stderr}`).toBe(0);
  }
});

/** Of a frame of the UI its size, its tabs and its keys: how it draws has tests of its own. */
function withoutPictures(section: string): string {
  return section.replace(FRAME, (_, command: string, frame: string, end: string) => {
    const lines = frame.split("\n");
    return [command + lines.length, lines[1], lines.at(-1)].join("\n") + end;
  });
}
