import { buildDataset, type LoadedEngine, loadEngine, rangeTest, readRange } from "@ablate/core";
import type { PlannedRun } from "@ablate/runner";
import type { Seed } from "@ablate/store";
import { count, counted, loss as lossText, UNKNOWN } from "@ablate/text";
import { drawRange, show } from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { type Flags, readScale } from "../command-line/flags.ts";
import { BACKEND, KERNELS, PLANNING_OPTIONS } from "../command-line/options.ts";
import { planConfig } from "../plan/planning.ts";
import { jsonArray, ROW_FORMATS, type Rows } from "../print/rows.ts";
import { refuseUnknownWishes, wantedBackend } from "../training/engines.ts";
import { pageDisplay } from "./ui.ts";

const FROM = 1e-3;
const TO = 1;
const STEPS = 1000;
/** Few enough to be kept, and a minute's worth. */
const MOST_STEPS = 1_000_000;
/** Rows of the chart. */
const ROWS = 18;

const { set, only, engine, yes } = PLANNING_OPTIONS;

export const command: Command = {
  about:
    "Runs the learning rate range test: it trains the first run of a config for one step at each of many learning rates, from small to large, and plots the loss against the rate. It shows where the loss falls fastest, the valley, and where it diverges. Everything else is as in the config. Nothing is stored.",
  options: {
    from: { value: "R", help: `the first rate (${FROM})` },
    to: { value: "R", help: `the last rate (${TO})` },
    steps: { value: "N", help: `number of rates, spaced evenly on a logarithmic axis (${STEPS})` },
    seed: { value: "N", help: "seed, instead of that of the run" },
    set,
    only: { ...only, help: "the first run that matches: v5, lr>=0.1 (docs/filter.md)" },
    engine,
    yes,
    json: { help: "print one JSON array with one object" },
    csv: { help: "print a line of rate, loss and smoothed loss per step" },
  },
  examples: [
    ["ablate lr-range my.yaml", "the first run, rates from 0.001 to 1"],
    ["ablate lr-range my.yaml --only batch_norm=hidden --to 10", "another run, up to a rate of 10"],
    [
      "ablate lr-range my.yaml --set train.optimizer=adamw --from 1e-5 --to 0.1",
      "another optimiser, smaller rates",
    ],
  ],
  exits: [["1", "the loss falls at none of the rates"]],
  environment: [BACKEND, KERNELS],
  see: ["docs/config.md", "docs/json.md", "docs/filter.md"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    refuseUnknownWishes(terminal);
    const asked = askedOf(flags);
    // The steps are those of the test; what the config plans for its own stays as it is.
    const planned = planConfig({
      ...invocation,
      flags: flags.renamed({ steps: null, seed: "seeds" }),
    });
    const [run] = planned.runs;
    if (run === undefined) throw new UsageError("the config has no runs");
    const { spec, resolved } = run;
    const { context } = spec.model;
    const dataset = buildDataset(planned.data.lists, { context, shuffleSeed: spec.shuffleSeed });
    const test = rangeTest(spec, dataset, { ...asked, engine: await engineOf(run, invocation) });
    const found = { ...test, ...readRange(test) };
    const about = { run: `${planned.grid.name}/${run.label}`, seed: resolved.seed, ...asked };
    if (flags.has("json")) terminal.write(jsonArray([record(about, found)]));
    else if (flags.has("csv")) terminal.write(ROW_FORMATS.csv(rowsOf(found)));
    else terminal.write(page(about, found, { invocation, others: planned.runs.length - 1 }));
    return found.lowest === null ? 1 : 0;
  },
};

type Asked = { readonly from: number; readonly to: number; readonly steps: number };
type About = Asked & { readonly run: string; readonly seed: Seed };
type Found = ReturnType<typeof rangeTest> & ReturnType<typeof readRange>;

function askedOf(flags: Flags): Asked {
  const from = rateOf(flags, "from") ?? FROM;
  const to = rateOf(flags, "to") ?? TO;
  if (!(from < to)) throw new UsageError(`--from ${from} is not below --to ${to}`);
  const steps = flags.count("steps", 2) ?? STEPS;
  if (steps <= MOST_STEPS) return { from, to, steps };
  throw new UsageError(`--steps takes a whole number up to ${count(MOST_STEPS)}, not ${steps}`);
}

function rateOf(flags: Flags, name: string): number | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const rate = readScale(text);
  if (rate !== null && rate > 0) return rate;
  throw new UsageError(`--${name} takes a learning rate above 0, not "${text}"`);
}

function engineOf(
  { resolved: { engine } }: Pick<PlannedRun, "resolved">,
  { terminal }: Invocation,
): Promise<LoadedEngine> {
  return loadEngine(engine, wantedBackend(terminal));
}

function record(about: About, { lr, loss, smoothed, ...found }: Found): object {
  const [valley_from, valley_to] = found.valley ?? [null, null];
  const { steepest, lowest, lowestLoss: lowest_loss, diverges, suggestion } = found;
  return {
    ...about,
    ...{ steepest, lowest, lowest_loss, valley_from, valley_to, diverges, suggestion },
    lr: [...lr.subarray(0, smoothed.length)],
    loss: [...loss.subarray(0, smoothed.length)],
    smoothed: [...smoothed],
  };
}

/** Returns the steps whose loss is finite. */
function rowsOf({ lr, loss, smoothed }: Found): Rows {
  return {
    columns: ["lr", "loss", "smoothed"],
    rows: Array.from(smoothed, (mean, i) => [lr[i], loss[i], mean]),
  };
}

type Shown = { readonly invocation: Invocation; readonly others: number };

function page({ run, seed, ...asked }: About, found: Found, { invocation, others }: Shown): string {
  const { terminal } = invocation;
  const { from, to, steps } = asked;
  const { lr, loss, smoothed, steepest, lowest, suggestion } = found;
  const marks = [steepest, lowest].filter((one) => one !== null);
  const looks = pageDisplay(invocation);
  const chart = drawRange({
    ...{ lr, loss, smoothed, marks, cursor: suggestion },
    ...{ columns: Math.max(30, terminal.columns()), rows: ROWS, glyphs: looks.glyphs },
  });
  const more = others === 0 ? [] : [`the first of ${counted(others + 1, "run")}; --only chooses`];
  return [
    `${run}, seed ${seed}: ${counted(steps, "step")}, learning rate ${rate(from)} to ${rate(to)}`,
    ...more,
    "",
    ...chart.map((line) => show(line, looks).trimEnd()),
    "",
    ...sentences(found),
    "",
  ].join("\n");
}

function sentences({ lr, loss, smoothed, ...found }: Found): readonly string[] {
  const { steepest, lowest, lowestLoss, valley, diverges, suggestion } = found;
  const isRisen = diverges !== lr.at(-1) || Number.isFinite(loss.at(-1));
  const how = isRisen ? "on the loss is a nat or more above its lowest" : "on it is not finite";
  const end = diverges === null ? "no divergence" : `diverges: from ${rate(diverges)} ${how}`;
  if (valley === null) {
    return [`the loss does not fall: ${lossText(smoothed[0])} at ${rate(lr[0])}`, end];
  }
  const isOpen = valley[1] === lr.at(-1);
  return [
    `falls fastest at ${rate(steepest)}, is lowest at ${rate(lowest)} (loss ${lossText(lowestLoss)})`,
    `valley: ${rate(valley[0])} to ${rate(valley[1])}, where a tenth of the fall is missing at most`,
    ...(isOpen ? ["it reaches the last rate: a larger --to says more"] : []),
    end,
    `try ${rate(suggestion)}, half way between the steepest descent and the lowest loss`,
  ];
}

/** Writes a rate with two digits: one run says no more of it. */
function rate(value: number | null | undefined): string {
  return typeof value === "number" ? String(Number(value.toPrecision(2))) : UNKNOWN;
}
