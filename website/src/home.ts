/** The first page: what the README begins with, and where to go from there. */
import { readText } from "./repository.ts";

export type Home = {
  /** The page, its links as in the README. */
  readonly text: string;
  /** The pictures that it begins with, which are files of the checkout. */
  readonly pictures: readonly string[];
};

/** Writes the page from `home.md`: its sentence and its picture are the README's first, its text the rest before a heading. */
export function homePage(readme: string): Home {
  const [begin = ""] = readme.split(/^## /m);
  const [, sentence = "", rest = ""] = /^# [^\n]+\n+(.+?)\.\s+([\s\S]+)$/.exec(begin) ?? [];
  const [picture = ""] = /<picture>[\s\S]*?<\/picture>\n*/.exec(rest) ?? [];
  const [, light] = /light\)" srcset="([^"]+)"/.exec(picture) ?? [];
  const [, dark, words] = /<img src="([^"]+)" alt="([^"]*)"/.exec(picture) ?? [];
  const pictures = light === undefined || dark === undefined ? [] : [light, dark];
  const image =
    pictures.length === 0
      ? ""
      : `\n  image: ${JSON.stringify({ light: `/assets/${light}`, dark: `/assets/${dark}`, alt: words })}`;
  const head = readText("website/home.md").replace(
    "SENTENCE",
    `${JSON.stringify(sentence)}${image}`,
  );
  return { text: `${head}\n${rest.replace(picture, "")}`, pictures };
}
