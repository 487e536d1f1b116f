/** Writes the pages of the website, as Markdown that VitePress builds, from the documents of the checkout. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commandsPage } from "./commands-page.ts";
import { homePage } from "./home.ts";
import { isPicture, rewriteLinks, titleOf } from "./links.ts";
import { documents, languageOf, pageOf, ROOT, readText } from "./repository.ts";
import { keepTitles, type Titles } from "./titles.ts";

/** Where the pages lie; nothing in it is committed. */
const PAGES = join(import.meta.dirname, "../dist/pages");

export type Staged = {
  readonly titles: Titles;
  /** Links that lead to nothing in the checkout: `docs/a.md: b.md`. */
  readonly missing: readonly string[];
};

/** Removes all pages, also those whose documents are gone. */
export function clearPages(): void {
  rmSync(PAGES, { recursive: true, force: true });
}

/** Writes all pages; those that are there and the same are left alone, so that nothing sees them change. */
export async function stage(): Promise<Staged> {
  const titles = new Map<string, string>();
  const assets = new Set<string>();
  const missing: string[] = [];
  const texts = new Map<string, string>(documents().map((path) => [path, readText(path)]));
  texts.set("docs/commands.md", await commandsPage());

  function put(path: string, page: string, markdown: string): void {
    const { text, ...rewritten } = rewriteLinks(path, markdown);
    for (const asset of rewritten.assets) assets.add(asset);
    for (const target of rewritten.missing) missing.push(`${path}: ${target}`);
    for (const linked of rewritten.pages) if (!texts.has(linked)) texts.set(linked, shown(linked));
    titles.set(page.replace(/\.md$/, ""), titleOf(markdown) ?? path);
    write(page, text);
  }

  // A document may link to files that become pages while this goes on: a map gives what is added, too.
  for (const [path, markdown] of texts) put(path, pageOf(path), markdown);
  const home = homePage(readText("README.md"));
  put("README.md", "index.md", home.text);
  for (const path of assets) copy(path, isPicture(path) ? "assets" : "public/assets");
  for (const path of home.pictures) copy(path, "public/assets");
  keepTitles(titles);
  return { titles, missing };
}

function write(page: string, text: string): void {
  const file = join(PAGES, page);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function copy(path: string, folder: string): void {
  const file = join(PAGES, folder, path);
  if (!existsSync(file)) cpSync(join(ROOT, path), file);
}

/** A page that shows a file as it is; a document that no list names is taken as it is. */
function shown(path: string): string {
  const text = readText(path);
  const language = languageOf(path);
  if (language === undefined) return text;
  return `# ${path}\n\n\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`;
}
