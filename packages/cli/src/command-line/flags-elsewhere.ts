/** Flags that a command does not have: what to write instead of keys of a config and of flags of other programs. */
import { keyNamed, otherKeyName } from "@ablate/runner";
import type { Verb } from "../verbs.ts";
import type { Options } from "./arguments.ts";
import type { UnknownFlagError } from "./errors.ts";

/** Flags of other programs, and ours, where the command has it. */
const SAME: Readonly<Record<string, string>> = {
  filter: "only",
  where: "only",
  out: "output",
  outfile: "output",
  db: "store",
  database: "store",
  jobs: "workers",
  parallel: "workers",
  seed: "seeds",
  overwrite: "force",
  silent: "quiet",
  y: "yes",
  n: "dry-run",
};

/** Returns what to write instead of an unknown flag, or null where nothing is known of it. */
export function hintForFlag(
  { flag, value }: Pick<UnknownFlagError, "flag" | "value">,
  { name: verb, positionals }: Pick<Verb, "name" | "positionals">,
  options: Options,
): string | null {
  const name = flag.replace(/^-+/, "");
  const same = SAME[name];
  if (same !== undefined && same in options) return `did you mean --${same}?`;
  const [word] = positionals;
  if (word === "CONFIG" && /^(?:c|config|f|file|cfg)$/.test(name)) {
    return `the config stands without a flag: \`ablate ${verb} ${value ?? "CONFIG"}\``;
  }
  if (verb === "run" && /^(?:dry-run|n|check|plan)$/.test(name)) {
    return "`ablate plan CONFIG` lists what it would train";
  }
  if (!("set" in options) || positionals[0] !== "CONFIG" || !flag.startsWith("--")) return null;
  const other = otherKeyName(name);
  if (other?.startsWith("; ")) return other.slice(2);
  const key = keyNamed(name);
  return key === null || key === "name" ? null : `write --set ${key}=${value ?? "VALUE"}`;
}
