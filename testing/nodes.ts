/** Other versions of Node that tests start: `.ci/run` installs them and names their folders. */
import { dirname } from "node:path";

export type NodeFound =
  | { readonly folder: string; readonly missing: null }
  | { readonly folder: null; readonly missing: string };

/** Finds the folder with the program `node` of a version. @throws Error - if it is missing where `CI` is set */
export function nodeFound(major: number): NodeFound {
  if (process.versions.node.startsWith(`${major}.`)) {
    return { folder: dirname(process.execPath), missing: null };
  }
  const variable = `ABLATE_NODE_${major}`;
  const folder = process.env[variable];
  if (folder !== undefined) return { folder, missing: null };
  const missing = `no Node ${major} here (npm's package node@${major}, its folder bin in ${variable})`;
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs it`);
  return { folder: null, missing };
}
