/** `pnpm release:version`: copies the version that changesets have raised into every file that repeats it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION_PLACES } from "./version-places.ts";

const ROOT = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
const today = new Date().toISOString().slice(0, 10);

for (const [file, pattern] of Object.entries(VERSION_PLACES)) {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (!pattern.test(text)) throw new Error(`${file} has no version where it is looked for`);
  writeFileSync(join(ROOT, file), text.replace(pattern, `$1${version}$3`));
}
const citation = join(ROOT, "CITATION.cff");
const undated = readFileSync(citation, "utf8").replace(/^date-released: .*\n/m, "");
writeFileSync(citation, undated.replace(/^version: .*\n/m, `$&date-released: ${today}\n`));
