/** The titles of the pages, from where they are written to VitePress' config, which makes the sidebar of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = join(import.meta.dirname, "../dist/titles.json");

/** Every page without its `.md`, and its title. */
export type Titles = ReadonlyMap<string, string>;

export function keepTitles(titles: Titles): void {
  writeFileSync(FILE, JSON.stringify([...titles]));
}

export function keptTitles(): Titles {
  return new Map(JSON.parse(readFileSync(FILE, "utf8")));
}
