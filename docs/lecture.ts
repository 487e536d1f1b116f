/**
 * `pnpm lecture FILE`: trains calls 1 to 8 of the lecture's second part (configs/lecture/calls.yaml) on makemore's
 * names.txt, prints what the notebook prints, and says of each line whether it has the lecture's digits. Exit code 1: one
 * has not. It knows ablate by its command alone.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CONFIG = join(ROOT, "configs/lecture/calls.yaml");

/** What the notebook prints of a call; numbers as it writes them. */
type Printed = {
  readonly title: string;
  /** The kind of layer that its statistics are of. */
  readonly layer: string;
  /** Of the first step. */
  readonly loss: string;
  /** Mean and std of what leaves each layer, and of its gradient. */
  readonly outputs: readonly (readonly string[])[];
  readonly gradients: readonly (readonly string[])[];
  /** Shape of a weight, mean and std of its gradient, and grad:data. */
  readonly weights: readonly (readonly string[])[];
};

const LECTURE: Readonly<Record<string, Printed>> = JSON.parse(
  readFileSync(new URL("lecture-digits.json", import.meta.url), "utf8"),
);

/** A loss that stands in the notebook above lines that do not belong to it, and no fresh PyTorch run gives. */
const STALE = "call-1";

type Row = Readonly<Record<string, string | number | null>>;

/** Runs ablate on a store of its own. */
class Ablate {
  readonly #folder = mkdtempSync(join(tmpdir(), "ablate-lecture-"));

  run(...words: readonly string[]): string {
    const args = [...words, "--store", join(this.#folder, "lecture.db")];
    const { status, stdout, stderr } = spawnSync(join(ROOT, "ablate"), args, { encoding: "utf8" });
    if (status === 0) return stdout;
    throw new Error(stderr.trim());
  }

  query(sql: string): readonly Row[] {
    return JSON.parse(this.run("query", sql, "--json"));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A line as the notebook prints it, and the same numbers in the lecture. */
type Line = {
  readonly text: string;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly isStale?: boolean;
};

function linesOf(ablate: Ablate, call: string, printed: Printed): Line[] {
  const run = `lecture/${call}`;
  const [row] = ablate.query(
    `select loss.loss as loss, runs.steps as steps from loss join runs using (run) where run = '${run}' and step = 0`,
  );
  const steps = Number(row?.steps);
  const loss = Number(row?.loss).toFixed(4);
  const begun = `${"0".padStart(7)}/${String(steps).padStart(7)}: ${loss}`;
  return [
    { text: begun, ours: [loss], theirs: [printed.loss], isStale: call === STALE },
    ...layerLines(ablate, { run, last: steps - 1 }, printed),
    ...weightLines(ablate, { run, last: steps - 1 }, printed),
  ];
}

/** A run and its last step: a probe of it is of the batch that it was trained on, before its update. */
type Place = { readonly run: string; readonly last: number };

function layerLines(ablate: Ablate, { run, last }: Place, { layer, ...printed }: Printed): Line[] {
  return [
    { theirs: printed.outputs, kind: "activation", title: "layer" },
    { theirs: printed.gradients, kind: "activation_gradient", title: "gradient of layer" },
  ].flatMap(({ theirs, kind, title }) => {
    if (theirs.length === 0) return [];
    const rows = ablate.query(
      `select mean, std from layer_stats where run = '${run}' and step = ${last} and kind = '${kind}' and layer like 'hidden%' order by layer`,
    );
    return rows.map(({ mean, std }, i): Line => {
      const ours = [fixed(mean), exponential(std)];
      const number = layer === "Tanh" ? 2 * i + 1 : i; // the notebook counts a tanh as a layer
      const text = `${title} ${number} (${layer.padStart(10)}): mean ${ours[0]}, std ${ours[1]}`;
      return { text, ours, theirs: theirs[i] ?? [] };
    });
  });
}

/** The gradient of the last step over the weight that its update has left. */
function weightLines(ablate: Ablate, { run, last }: Place, { weights }: Printed): Line[] {
  if (weights.length === 0) return [];
  const rows = ablate.query(
    `select g.mean as mean, g.std as std, g.std / w.std as ratio
      from layer_stats g join layer_stats w using (run, layer)
      where run = '${run}' and g.kind = 'weight_gradient' and w.kind = 'weight'
      and g.step = ${last} and w.step = ${last + 1} order by layer`,
  );
  return rows.map(({ mean, std, ratio }, i) => {
    const ours = [fixed(mean), exponential(std), exponential(ratio)];
    const [shape = "", ...theirs] = weights[i] ?? [];
    const text = `weight ${shape.padStart(10)} | mean ${ours[0]} | std ${ours[1]} | grad:data ratio ${ours[2]}`;
    return { text, ours, theirs };
  });
}

/** As Python writes `%+f`. */
function fixed(value: Row[string] = null): string {
  const number = Number(value);
  return `${number < 0 ? "-" : "+"}${Math.abs(number).toFixed(6)}`;
}

/** As Python writes `%e`. */
function exponential(value: Row[string] = null): string {
  const [digits = "", power = "0"] = Number(value).toExponential(6).split("e");
  return `${digits}e${power.startsWith("-") ? "-" : "+"}${power.replace(/[+-]/, "").padStart(2, "0")}`;
}

/**
 * How far a number is from the lecture's, in units of the last digit that the lecture prints. Sums of float32 in another
 * order differ there: PyTorch itself is up to 2 of them from the lecture on another machine.
 */
function unitsApart(ours: string, theirs: string): number {
  const [digits = "", power = "0"] = theirs.split("e");
  const unit = 10 ** (Number(power) - (digits.split(".")[1] ?? "").length);
  return Math.round(Math.abs(Number(ours) - Number(theirs)) / unit);
}

const MOST_UNITS = 3;

/** Of the longest line. */
const WIDTH = 84;

/** Says whether a line has the lecture's digits; null: it has not. */
function verdict({ ours, theirs, isStale }: Line): string | null {
  if (isStale) return `the notebook has ${theirs[0]}, which no fresh PyTorch run gives`;
  if (theirs.length === 0) return "not in the lecture";
  const units = Math.max(...ours.map((one, i) => unitsApart(one, theirs[i] ?? "NaN")));
  if (units === 0) return "the lecture's";
  if (units <= MOST_UNITS) return `the lecture's, but for ${units} in the last digit`;
  return null;
}

function main([file, ...more]: readonly string[]): number {
  if (file === undefined || more.length > 0) {
    process.stderr.write(
      "usage: pnpm lecture FILE, where FILE is names.txt of github.com/karpathy/makemore\n",
    );
    return 2;
  }
  const ablate = new Ablate();
  try {
    ablate.run("run", CONFIG, "--set", `data.file=${resolve(file)}`, "--quiet");
    const others = Object.entries(LECTURE).flatMap(([call, printed]) => {
      process.stdout.write(`\n${call.replace("-", " ")}: ${printed.title}\n`);
      return linesOf(ablate, call, printed).filter((line) => {
        const said = verdict(line);
        const other = `another number than the lecture's ${line.theirs.join(", ")}`;
        process.stdout.write(`${line.text.padEnd(WIDTH)}  ${said ?? other}\n`);
        return said === null;
      });
    });
    process.stdout.write(
      others.length === 0
        ? "\nall lines have the lecture's digits\n"
        : `\n${others.length} lines have others: is ${file} makemore's names.txt, of 32,033 names?\n`,
    );
    return others.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  } finally {
    ablate.close();
  }
}

process.exitCode = main(process.argv.slice(2));
