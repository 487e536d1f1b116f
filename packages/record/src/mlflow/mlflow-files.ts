/** Files of MLflow's file store. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "@ablate/store";
import { parse } from "yaml";

/** What describes a run or an experiment. */
export const META = "meta.yaml";

export function metaOf(folder: string): Readonly<Record<string, unknown>> | undefined {
  const text = textIn(join(folder, META));
  if (text === undefined) return undefined;
  try {
    const meta: unknown = parse(text, { logLevel: "silent" });
    return isMap(meta) ? meta : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the text of each file in a folder, by its path in it. */
export function textsIn(folder: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const name of filesIn(folder)) texts.set(name, textIn(join(folder, name)) ?? "");
  return texts;
}

/** Returns the files in a folder and those within it: names of metrics may have slashes. */
export function filesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}

export function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
