/** Follows every link of a built website, from file to file. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export type Crawled = {
  readonly pages: number;
  readonly links: number;
  /** Links that lead nowhere: `page: link`. */
  readonly dead: readonly string[];
  /** What a page would load from elsewhere. */
  readonly foreign: readonly string[];
};

const LINK = /<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"/g;

/** Reads every page of a website that is served at a base, and looks each of its links up in the folder. */
export function crawl(folder: string, base: string): Crawled {
  const pages = globSync("**/*.html", { cwd: folder }).filter((page) => page !== "404.html");
  const anchors = new Map(pages.map((page) => [page, anchorsOf(read(folder, page))]));
  const dead: string[] = [];
  const foreign: string[] = [];
  let links = 0;
  for (const page of pages) {
    for (const [, tag = "", link = ""] of read(folder, page).matchAll(LINK)) {
      links++;
      if (/^(https?:)?\/\//.test(link)) {
        if (tag !== "a") foreign.push(`${page}: ${link}`);
      } else if (!/^(data|mailto):/.test(link) && !leadsSomewhere(page, link)) {
        dead.push(`${page}: ${link}`);
      }
    }
  }
  return { pages: pages.length, links, dead, foreign };

  function leadsSomewhere(page: string, link: string): boolean {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : fileOf(page, path);
    if (target === null || !existsSync(join(folder, target))) return false;
    return anchor === undefined || anchors.get(target)?.has(decodeURIComponent(anchor)) === true;
  }

  function fileOf(page: string, path: string): string | null {
    const absolute = posix.resolve(`${base}${posix.dirname(page)}`, path);
    const isFolder = path.endsWith("/") || `${absolute}/` === base;
    const file = posix.relative(base, isFolder ? posix.join(absolute, "index.html") : absolute);
    return file.startsWith("..") ? null : file;
  }
}

function read(folder: string, page: string): string {
  return readFileSync(join(folder, page), "utf8");
}

function anchorsOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id));
}
