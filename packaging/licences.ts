/** The licences of all that the npm package brings with it, as their authors want them passed on. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./bundle.ts";
import { readManifest } from "./manifest.ts";

/** What is not a module: the font, the renderer of PNG, and the library that the kernels are compiled with. */
const OTHERS = [
  "packages/figures/node_modules/dejavu-fonts-ttf/package.json",
  "packages/figures/node_modules/@resvg/resvg-wasm/package.json",
  "packages/core/node_modules/assemblyscript/package.json",
];

const TEXTS = /^(?:licen[cs]e|copying|notice)\b/i;

/** @param sources - the paths of all modules that are bundled */
export function thirdPartyLicences(sources: readonly string[]): string {
  const foreign = sources.filter((file) => file.includes("/node_modules/"));
  const manifests = new Set([
    ...foreign.map(manifestOf),
    ...OTHERS.map((file) => join(ROOT, file)),
  ]);
  const entries = new Map([...manifests].map((file) => entryOf(file)));
  const names = [...entries.keys()].toSorted();
  return [
    "What the npm package of ablate has in it beside its own code, which LICENSE is for.\n",
    ...names.map((name) => `${"-".repeat(80)}\n${name}\n\n${entries.get(name)}\n`),
  ].join("\n");
}

/** Returns the manifest of the package that a module belongs to: the next one above that has a name and a version. */
function manifestOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && readManifest(manifest).version !== undefined) return manifest;
  }
  throw new Error(`${file} belongs to no package`);
}

/** Returns the name of a package with its version and licence, and the texts of that. */
function entryOf(file: string): [string, string] {
  const { name, version, license, ...manifest } = readManifest(file);
  const folder = dirname(file);
  const texts = readdirSync(folder)
    .filter((found) => TEXTS.test(found))
    .toSorted()
    .map((found) => readFileSync(join(folder, found), "utf8").trim());
  return [
    `${name} ${version}, ${license}`,
    texts.join("\n\n") || withoutText({ ...manifest, name, license }),
  ];
}

/** Says what is known of the licence of a package that comes without its text. */
function withoutText({ license, author, repository, name }: Record<string, unknown>): string {
  const { name: who = author ?? `the authors of ${name}` } = Object(author);
  if (license === "MIT") return `Copyright (c) ${who}\n\n${MIT}`;
  const { url = repository } = Object(repository);
  return `Its package has no text of the licence, which is at https://spdx.org/licenses/${license}; its source is at ${url}`;
}

/** The text of the licence, which is ours, too. */
const MIT = readFileSync(join(ROOT, "LICENSE"), "utf8")
  .replace(/^[\s\S]*?(?=Permission)/, "")
  .trim();
