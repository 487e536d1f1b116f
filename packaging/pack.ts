/** `pnpm package`: writes the npm package into dist/package, and packs it. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { FILES } from "../packages/assets/src/index.ts";
import { bundle, ROOT } from "./bundle.ts";
import { thirdPartyLicences } from "./licences.ts";
import { withoutLinksAway } from "./links.ts";
import { NAME, packageManifest } from "./manifest.ts";

const DIST = join(ROOT, "dist");
const PACKAGE = join(DIST, "package");

/** Made by this script, or left behind. */
const NOT_COPIED: ReadonlySet<string> = new Set(["manifest", "lockfile", "compiled-code"]);

rmSync(DIST, { recursive: true, force: true });
const sources = await bundle(join(PACKAGE, "lib"));
for (const [name, [inCheckout, inPackage]] of Object.entries(FILES)) {
  if (!NOT_COPIED.has(name)) copy(inCheckout, inPackage);
}
copy("packaging/start.cjs", "lib/start.cjs");
writeFileSync(join(PACKAGE, "lib/import-main.cjs"), `"use strict";\nimport("./main.js");\n`);
for (const name of ["ablate", "LICENSE", "README.md", "configs", "data"]) copy(name, name);
for (const name of readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"))) {
  copy(`docs/${name}`, `docs/${name}`);
}
for (const page of readdirSync(PACKAGE, { recursive: true, encoding: "utf8" })) {
  if (page.endsWith(".md")) rewriteLinks(join(PACKAGE, page));
}
chmodSync(join(PACKAGE, "ablate"), 0o755);
writeFileSync(join(PACKAGE, "THIRD-PARTY-LICENSES.txt"), thirdPartyLicences(sources));
const files = readdirSync(PACKAGE).toSorted();
writeFileSync(
  join(PACKAGE, "package.json"),
  `${JSON.stringify(packageManifest(files), null, 2)}\n`,
);
const [packed] = JSON.parse(
  execFileSync("npm", ["pack", PACKAGE, "--json", "--pack-destination", DIST], {
    cwd: ROOT,
    encoding: "utf8",
  }),
);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
process.stdout.write(
  `dist/${packed.filename}: ${NAME} of ${packed.entryCount} files, ${megabytes(statSync(join(DIST, packed.filename)).size)} packed, ${megabytes(packed.unpackedSize)} unpacked\n`,
);

function copy(from: string, to: string): void {
  mkdirSync(dirname(join(PACKAGE, to)), { recursive: true });
  cpSync(join(ROOT, from), join(PACKAGE, to), { recursive: true, dereference: true });
}

function rewriteLinks(page: string): void {
  writeFileSync(page, withoutLinksAway(readFileSync(page, "utf8"), page));
}
