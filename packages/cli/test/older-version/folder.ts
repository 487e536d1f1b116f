import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

/**
 * Makes a folder with the store of an older version and the configs that it was trained from.
 *
 * @param version - `.` for the oldest one, else the name of a folder here
 */
export function olderFolder(version: string): string {
  const here = import.meta.dirname;
  const source = join(here, version);
  const folder = mkdtempSync(join(tmpdir(), "ablate-older-"));
  cpSync(join(here, "names.txt"), join(folder, "names.txt"));
  for (const name of ["old.yaml", "odd.yaml"].filter((one) => existsSync(join(source, one)))) {
    cpSync(join(source, name), join(folder, name));
  }
  const [gz, br] = ["store.db.gz", "store.db.br"].map((name) => join(source, name));
  const isOldest = gz !== undefined && existsSync(gz);
  const store = isOldest
    ? gunzipSync(readFileSync(gz))
    : brotliDecompressSync(readFileSync(br ?? ""));
  writeFileSync(join(folder, "ablate.db"), store);
  return folder;
}
