/** Turns the links of a document, which fit the checkout, into links that fit the website. */
import { posix } from "node:path";
import { nameOf } from "./navigation.ts";
import { bothPictures, PICTURE } from "./pictures.ts";
import { isFile, languageOf, pageOf, readText, sourceAddress } from "./repository.ts";

/** A document as a page, and what it needs beside it. */
export type Rewritten = {
  readonly text: string;
  /** Files of the checkout that it links to and that are pages themselves. */
  readonly pages: readonly string[];
  /** Files that it shows or offers as they are: pictures, notebooks. */
  readonly assets: readonly string[];
  /** Targets that are not in the checkout: their text stays, without a link. */
  readonly missing: readonly string[];
};

type Found = {
  readonly comment?: string;
  readonly braces?: string;
  readonly words?: string;
  readonly target?: string;
  readonly image?: string;
};

/** A fenced block or code between backticks, which stay as they are; a comment; braces that Vue would read; a link. */
const PARTS = new RegExp(
  [
    /^ *(?<fence>`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\k<fence>[ \t]*$/,
    /(?<ticks>`+)(?!`)[\s\S]*?[^`]\k<ticks>(?!`)/,
    /(?<comment><!--[\s\S]*?-->\n?)/,
    /(?<braces>\{\{)/,
    /\[(?<words>(?:[^[\]]|!\[[^\]]*\]\([^)]*\))*)\]\((?<target>[^)\s]+)\)/,
    /(?<= (?:src|href)=")(?<image>[^"]+)(?=")/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gm",
);

/** Rewrites the text of a document at a path of the checkout. */
export function rewriteLinks(path: string, markdown: string): Rewritten {
  const pages = new Set<string>();
  const assets = new Set<string>();
  const missing = new Set<string>();
  const from = posix.dirname(pageOf(path));

  /** Returns null for what the website has no place for. */
  function rewritten(target: string): string | null {
    if (/^[a-z]+:|^#/.test(target)) return target;
    const [file = "", anchor] = target.split("#");
    const linked = resolveLink(path, file);
    if (linked === null) {
      missing.add(target);
      return null;
    }
    if (!linked.endsWith(".md") && languageOf(linked) === undefined) {
      const address = isPicture(linked) ? undefined : sourceAddress(linked);
      if (address !== undefined) return address;
      assets.add(linked);
      return isPicture(linked) ? relative(from, `assets/${linked}`) : `/assets/${linked}`;
    }
    pages.add(linked);
    return relative(from, pageOf(linked)) + (anchor === undefined ? "" : `#${anchor}`);
  }

  function replaced(part: string, found: Found): string {
    if (found.comment !== undefined) return "";
    if (found.braces !== undefined) return "&#123;&#123;";
    if (found.image !== undefined) return rewritten(found.image) ?? part;
    if (found.target === undefined) return part;
    const words = (found.words ?? "").replace(PARTS, (...all) => replaced(all[0], all.at(-1)));
    const target = rewritten(found.target);
    if (target === null) return words;
    const isName = /^[\w./-]+\.md$/.test(words) && found.target.split("#")[0]?.endsWith(words);
    const name = isName ? nameOfLinked(path, found.target) : words;
    return `[${name}](${target})${target.startsWith("/assets/") ? "{download}" : ""}`;
  }

  const text = markdown
    .replace(PICTURE, bothPictures)
    .replace(PARTS, (...all) => replaced(all[0], all.at(-1)));
  return { text, pages: [...pages], assets: [...assets], missing: [...missing] };
}

/** Returns the file that a link leads to: of a folder its README. */
function resolveLink(path: string, target: string): string | null {
  const file = posix.join(posix.dirname(path), target);
  return [file, posix.join(file, "README.md")].find(isFile) ?? null;
}

/** Names a page that a document calls by its file. */
function nameOfLinked(path: string, target: string): string {
  const linked = resolveLink(path, target.replace(/#.*/, ""));
  if (linked === null) return target;
  return nameOf(pageOf(linked).replace(/\.md$/, ""), titleOf(readText(linked)));
}

/** Returns the heading that a document begins with. */
export function titleOf(markdown: string): string | undefined {
  return /^# (.+)$/m.exec(markdown)?.[1];
}

function relative(from: string, page: string): string {
  const target = posix.relative(from, page);
  return target.startsWith(".") ? target : `./${target}`;
}

/** Is this what a page shows in place? Everything else is offered as a file. */
export function isPicture(path: string): boolean {
  return /\.(png|svg|gif|webp|jpe?g)$/.test(path);
}
