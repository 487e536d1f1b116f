/**
 * `pnpm against-pytorch`: trains random configs here and in PyTorch, and compares every step. `--count N` (60) configs
 * of the seeds from `--from SEED` (1) on, by `--engine simd` (or `tfjs`); `--show` prints each config. The Python that
 * has PyTorch is one that `ABLATE_PYTHON` names, or `python3`. A config that disagrees is kept.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Agreement, compare } from "./agreement.ts";
import { projectNames } from "./goldens.ts";
import { pythonWithTorch, trainInPyTorch } from "./in-pytorch.ts";
import { readRun, runIn, trainRuns, writeConfig } from "./ours.ts";
import { drawConfig } from "./random-config.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    from: { type: "string", default: "1" },
    engine: { type: "string", default: "simd" },
    show: { type: "boolean", default: false },
  },
});

async function main(python: string): Promise<number> {
  const all = projectNames();
  const [first, count] = [Number(options.from), Number(options.count)];
  const outcomes: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const folder = mkdtempSync(join(tmpdir(), `spec-${seed}-`));
    const { config, names } = drawConfig(seed, all);
    writeConfig(folder, config, names);
    if (options.show) say(readFileSync(join(folder, "spec.yaml"), "utf8"));
    const { outcome, line } = await outcomeIn(python, folder);
    outcomes.push(outcome);
    if (outcome === "agrees" || outcome === "chaotic") rmSync(folder, { recursive: true });
    say(
      `spec ${seed}: ${line}${outcome === "disagrees" || outcome === "refused" ? `\n  kept in ${folder}` : ""}`,
    );
  }
  const counted = ["agrees", "chaotic", "disagrees", "refused"].map(
    (kind) => `${outcomes.filter((one) => one === kind).length} ${kind}`,
  );
  say(`${count} specs from ${first} by ${options.engine}: ${counted.join(", ")}`);
  return outcomes.every((one) => one === "agrees" || one === "chaotic") ? 0 : 1;
}

type Outcome = { readonly outcome: string; readonly line: string };

async function outcomeIn(python: string, folder: string): Promise<Outcome> {
  try {
    const { name, spec, seed } = runIn(folder);
    await trainRuns(folder, options.engine);
    const ours = await readRun(folder, name, options.engine);
    return told(
      compare(ours, trainInPyTorch(python, { ...spec, seed }, join(folder, "names.txt"))),
    );
  } catch (error) {
    return {
      outcome: "refused",
      line: `REFUSED: ${error instanceof Error ? error.message : error}`,
    };
  }
}

function told({ differences, judged, steps, worst }: Agreement): Outcome {
  const figures = Object.entries(worst).map(([kind, value]) => `${kind} ${value.toExponential(1)}`);
  const numbers = figures.join(", ");
  if (differences.length > 0) {
    return { outcome: "disagrees", line: `DISAGREES\n  ${differences.join("\n  ")}\n  ${numbers}` };
  }
  if (judged < steps) {
    return {
      outcome: "chaotic",
      line: `agrees for ${judged} of ${steps} steps, then PyTorch drifts too: ${numbers}`,
    };
  }
  return { outcome: "agrees", line: `agrees for ${steps} steps: ${numbers}` };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const python = pythonWithTorch();
if (python === null) {
  process.stderr.write("no Python here has PyTorch; ABLATE_PYTHON names one that has it\n");
  process.exitCode = 2;
} else {
  process.exitCode = await main(python);
}
