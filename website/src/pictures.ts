/** Pictures that a document has for a light and for a dark background, as HTML chooses between them. */

export const PICTURE: RegExp = /<picture>[\s\S]*?<\/picture>/g;

export type Pair = { readonly light: string; readonly dark: string; readonly alt: string };

/** Reads what stands between `<picture>` and `</picture>`; undefined for one that has no source for a background. */
export function pairOf(picture: string): Pair | undefined {
  const [, scheme, source = ""] =
    /prefers-color-scheme: (light|dark)\)" srcset="([^"]+)"/.exec(picture) ?? [];
  const [, usual] = /<img[^>]* src="([^"]+)"/.exec(picture) ?? [];
  const [, alt = ""] = /<img[^>]* alt="([^"]*)"/.exec(picture) ?? [];
  if (scheme === undefined || usual === undefined) return undefined;
  return scheme === "light"
    ? { light: source, dark: usual, alt }
    : { light: usual, dark: source, alt };
}

/** Writes both pictures, of which the style sheet shows one: the website has a switch of its own. */
export function bothPictures(picture: string): string {
  const pair = pairOf(picture);
  if (pair === undefined) return picture;
  const image = (name: "light" | "dark") =>
    `<img class="on-${name}" src="${pair[name]}" alt="${pair.alt}">`;
  return `${image("light")}\n${image("dark")}`;
}
