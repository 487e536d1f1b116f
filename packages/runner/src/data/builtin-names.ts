/** Names that come with the program, which a config names instead of a file: its own moves with every installation. */
import { type Asset, assetFile } from "@ablate/assets";

const PREFIX = "builtin:";

const FILES: Readonly<Record<string, Asset>> = { [`${PREFIX}names`]: "names" };

/** Tells what names built-in data from the path of a file. */
export function isBuiltin(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Returns the path of the file that has the data, built-in or not. */
export function fileOfData(path: string): string {
  const asset = FILES[path];
  return asset === undefined ? path : assetFile(asset);
}

/** Says which built-in data there is, where this names none of it; null for everything else. */
export function whyNotBuiltin(path: string): string | null {
  if (!isBuiltin(path) || path in FILES) return null;
  return `no such built-in names; there is ${Object.keys(FILES).join(", ")}, and ./${path} is a file of this name`;
}
