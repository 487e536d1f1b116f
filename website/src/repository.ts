/** What the website is made from: the files of the checkout, and the pages that they become. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "../..");

/** Documents that are pages in any case; what else is linked from one of them becomes a page when it is text. */
const DOCUMENTS = [
  "*.md",
  "docs/*.md",
  "configs/*.md",
  "data/*.md",
  "{packages,clients}/*/README.md",
];

/** Text that a page shows as it is, by its extension: the language that it is coloured as. */
const LANGUAGES: Readonly<Record<string, string>> = {
  "": "docker",
  ".py": "python",
  ".service": "ini",
  ".sh": "sh",
  ".sql": "sql",
  ".ts": "ts",
  ".yaml": "yaml",
  ".yml": "yaml",
};

/** Lists the documents of the checkout by their paths in it. */
export function documents(): readonly string[] {
  return globSync(DOCUMENTS, { cwd: ROOT }).sort();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

export function isFile(path: string): boolean {
  const file = join(ROOT, path);
  return existsSync(file) && statSync(file).isFile();
}

/** Names the language of a file that is shown as it is; undefined for one that is not. */
export function languageOf(path: string): string | undefined {
  return LANGUAGES[extname(path)];
}

/** Returns the page that a file of the checkout becomes. */
export function pageOf(path: string): string {
  if (path === "README.md") return "overview.md";
  if (!path.endsWith(".md")) return `files/${path}.md`;
  if (!path.includes("/")) return path.toLowerCase();
  return path.replace(/^docs\//, "").replace(/\/README\.md$/, ".md");
}

/** Returns where the repository shows a file, if package.json says where the repository is. */
export function sourceAddress(path: string): string | undefined {
  const address = repositoryAddress();
  return address && `${address}/blob/HEAD/${path}`;
}

/** Returns the address of the repository for a browser, if package.json says it. */
export function repositoryAddress(): string | undefined {
  const { repository } = JSON.parse(readText("package.json"));
  const url: unknown = repository?.url ?? repository;
  if (typeof url !== "string" || !/^(git\+)?https:/.test(url)) return undefined;
  return url.replace(/^git\+|\.git$/g, "");
}
