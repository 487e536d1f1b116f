/** The first page: what the README begins with, and where to go from there. */
import { PICTURE, pairOf } from "./pictures.ts";
import { readText } from "./repository.ts";

export type Home = {
  /** The page, its links as in the README. */
  readonly text: string;
  /** The pictures that it begins with, which are files of the checkout. */
  readonly pictures: readonly string[];
};

/** Writes the page from `home.md`: sentence and picture are the README's first, the text is what else it begins with. */
export function homePage(readme: string): Home {
  const [begin = ""] = readme.split(/^## /m);
  const [, sentence = "", rest = ""] = /^# [^\n]+\n+([\s\S]+?)\.(\s[\s\S]+)$/.exec(begin) ?? [];
  const [picture = ""] = rest.match(PICTURE) ?? [];
  const pair = pairOf(picture);
  const image = pair && { ...pair, light: `/assets/${pair.light}`, dark: `/assets/${pair.dark}` };
  const head = readText("website/home.md")
    .replace("SENTENCE", JSON.stringify(sentence.replaceAll("\n", " ")))
    .replace("IMAGE", JSON.stringify(image ?? null));
  return {
    text: `${head}\n${rest.replace(picture, "")}`,
    pictures: pair === undefined ? [] : [pair.light, pair.dark],
  };
}
