import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onData, readData } from "../src/data/read-data.ts";
import { loadConfig } from "../src/grid/load-config.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { storedSettings } from "../src/plan/stored-config.ts";
import { writeConfig } from "./spec-make.ts";

/** What is kept of the last run of a config, and a digest of all its runs. */
export type Identities = {
  readonly label: string;
  readonly hash: string;
  readonly family: string;
  /** Digest of the resolved config without the paths of its files. */
  readonly resolved: string;
  /** Digest of the hashes of all its runs. */
  readonly all: string;
};

/** @param config - a text, or the name of a file in `configs/` */
export function identitiesOf(config: string): Identities {
  const file = config.endsWith(".yaml") ? inCheckout(`configs/${config}`) : written(config);
  const loaded = loadConfig(file);
  const data = readData(loaded, (path) => path);
  const { runs } = planRuns(onData(loaded, data), data.hash);
  const run = runs.at(-1);
  if (run === undefined) throw new Error("no run");
  const settings = storedSettings(run.config);
  const { file: _, validation: __, test: ___, ...reading } = settings.data;
  const resolved = digest(JSON.stringify({ ...settings, data: reading }));
  const { label, hash, family } = run;
  return { label, hash, family, resolved, all: digest(runs.map((one) => one.hash).join()) };
}

const TOWNS = ["new york", "los angeles", "rome", "san jose", "oslo", "bern", "new delhi", "ulm"];

/** Writes a config on the project's names unless it says otherwise, beside a file of names with spaces. */
function written(text: string): string {
  const names = /^data/m.test(text) ? "" : `\ndata.file: ${inCheckout("data/names.txt")}`;
  const path = writeConfig(`${text}${names}\n`);
  writeFileSync(join(dirname(path), "towns.txt"), `${TOWNS.join("\n")}\n`);
  return path;
}

function inCheckout(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
