/** Sixty small networks, ill and healthy, and the verdict on each. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { byCause, openReader, openWriter, type StoreReader, worstOf } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { diagnoseRecorded, loadConfig, planRuns, readData, runGrid } from "../src/index.ts";
import { NETWORKS, USUAL } from "./networks.ts";

let reader: StoreReader;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-networks-"));
  const names = readFileSync(new URL("../../../data/names.txt", import.meta.url), "utf8");
  const few = names.split("\n").filter((_, i) => i % 8 === 0);
  writeFileSync(join(folder, "names.txt"), few.join("\n"));
  const variants = NETWORKS.map(({ settings }, i) => `  n${i}: { ${settings} }\n`);
  writeFileSync(join(folder, "networks.yaml"), `${USUAL}variants:\n${variants.join("")}`);
  const path = join(folder, "ablate.db");
  const store = openWriter(path);
  const config = loadConfig(join(folder, "networks.yaml"));
  const { hash: dataHash, lists: data } = readData(config, (path) => path);
  const { runs } = planRuns(config, dataHash);
  await runGrid({
    store,
    grid: { name: config.name, description: "", spec: "", runs },
    runs: runs.map(({ hash, spec, resolved }) => ({ ...resolved, hash, spec })),
    data,
    dataHash,
    provenance: {},
    workers: 2,
  });
  store.close();
  reader = openReader(path);
}, 300_000);

test.each(NETWORKS.map((network, i) => [network.name, network, i] as const))(
  "%s",
  (_, { causes }, i) => {
    const run = reader.run(`networks/n${i}`);
    if (run === undefined) throw new Error(`there is no network ${i}`);

    const findings = reader.findings(run.name);

    const serious = byCause(findings).filter((one) => worstOf(one) > 0);
    const said = serious.map(
      ({ finding: { level, rule, message } }) => `${level} ${rule}: ${message}`,
    );
    expect(said.map((text) => text.split(": ")[0])).toEqual(
      causes.map((text) => text.split(": ")[0]),
    );
    for (const [at, cause] of causes.entries()) {
      expect(said[at]).toMatch(new RegExp(cause.split(": ").slice(1).join(": ")));
    }
    expect(diagnoseRecorded(reader, run)).toEqual(findings);
  },
);
