/** The notebook in examples/, cell by cell by the real library, and what the command makes of its run. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { ablate } from "../../../packages/cli/test/make.ts";
import { pythonWith } from "../../../testing/python.ts";

const NOTEBOOK = join(import.meta.dirname, "../../../examples/notebook/circle.ipynb");

/** Layers of its probes: how many, dead units in the last one, histograms of activation, its gradient, and weight. */
const QUERY = `
  select layer, count(distinct step) as probes, max(case when step = 300 then dead end) as dead,
    (select count(distinct kind) from histograms h where h.layer = s.layer
      and kind in ('activation', 'activation_gradient', 'weight')) as histograms
  from layer_stats s where run = 'circle/adamw' group by layer order by layer`;

const { env, missing } = pythonWith("torch");

test.skipIf(missing !== null && process.env.CI === undefined)(
  "the notebook records a run that is shown, probed and healthy",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "notebook-"));
    const said = spawnSync("python3", ["-W", "error", "-c", sources().join("\n")], {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...env,
        OMP_NUM_THREADS: "1",
        PYTHONPATH: [join(import.meta.dirname, "../src"), env.PYTHONPATH].join(delimiter),
      },
    });
    expect(said.status, said.stderr).toBe(0);

    const recorded = await ablate(folder, "record", "runs");
    expect(recorded).toMatchObject({ status: 0, stderr: "" });
    expect(recorded.stdout).toContain("circle/adamw: 300 steps");
    const diagnosis = await ablate(folder, "diagnose", "circle/adamw");
    expect(diagnosis.stdout).toContain("healthy");
    const asked = await ablate(folder, "query", QUERY, "--json");
    expect(JSON.parse(asked.stdout)).toEqual([
      { layer: "0", probes: 10, dead: 0, histograms: 3 },
      { layer: "2", probes: 10, dead: 0, histograms: 3 },
      { layer: "4", probes: 10, dead: null, histograms: 3 },
    ]);
  },
);

/** Returns the code of its cells. */
function sources(): readonly string[] {
  const { cells }: { cells: { cell_type: string; source: string[] }[] } = JSON.parse(
    readFileSync(NOTEBOOK, "utf8"),
  );
  return cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source.join(""));
}
