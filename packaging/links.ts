/** Links of the packed pages: what they lead to in a checkout alone becomes plain text. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A picture with its sources, a link, and a fence of code, in which neither is meant. */
const FENCE = /^(```[\s\S]*?^```)/m;
const PICTURE = /<picture>[\s\S]*?<\/picture>\n*|<img\s[^>]*>\n*/g;
const LINK = /!?\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

/**
 * Returns the text of a page without links to what is not packed, and without pictures that are not.
 *
 * @param page - its path, where it is packed already
 */
export function withoutLinksAway(text: string, page: string): string {
  const isThere = (target: string): boolean =>
    /^(?:[a-z]+:|#)/.test(target) || existsSync(join(dirname(page), target.replace(/#.*/, "")));
  return text
    .split(FENCE)
    .map((part) => (part.startsWith("```") ? part : plainPart(part, isThere)))
    .join("");
}

function plainPart(part: string, isThere: (target: string) => boolean): string {
  const hasSources = (picture: string): boolean =>
    [...picture.matchAll(/src(?:set)?="([^"]+)"/g)].every(([, source = ""]) => isThere(source));
  return part
    .replace(PICTURE, (picture) => (hasSources(picture) ? picture : ""))
    .replace(LINK, (link, shown: string, target: string) => {
      if (isThere(target)) return link;
      return link.startsWith("!") ? "" : shown;
    });
}
