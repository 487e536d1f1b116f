/** Reads the Markdown pages that tests hold against the program. */
import { readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);

/** The text of a page, its path from the root of the checkout. */
export function page(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** The sections of a page under its `##` headings. */
export function sections(text: string): ReadonlyMap<string, string> {
  const [, ...parts] = `\n${text}`.split("\n## ");
  return new Map(
    parts.map((part) => {
      const [title = ""] = part.split("\n");
      return [title.trim(), part.slice(title.length)];
    }),
  );
}

/** The fenced blocks in one language; "" are those that name none. */
export function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, own]) => own === language)
    .map(([, , code = ""]) => code);
}

/** Rows of every table whose first column has this title, by the titles of their columns. */
export function tableRows(text: string, first: string): readonly ReadonlyMap<string, string>[] {
  return text.split(/\n(?!\|)/).flatMap((part) => {
    const lines = part.split("\n").filter((line) => line.startsWith("|"));
    const [titles = [], , ...rows] = lines.map(cells);
    if (titles[0] !== first) return [];
    return rows.map((row) => new Map(titles.map((title, i) => [title, row[i] ?? ""])));
  });
}

function cells(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
}
