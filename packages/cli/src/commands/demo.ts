import { assetFile } from "@ablate/assets";
import { asLine, count, loss, right, table, UNKNOWN } from "@ablate/text";
import { commandAsCalled } from "../command-line/called.ts";
import type { Command, Invocation } from "../command-line/command.ts";
import { CI, FAILED, PLANNING_OPTIONS, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { type Planned, planConfig } from "../plan/planning.ts";
import { tableStyle } from "../print/styles.ts";
import { withReader } from "../store/open.ts";
import { train } from "../training/train.ts";
import { isInteractive, openStore } from "./ui.ts";

/** Rows of the notebook's story: v6 and v7 are one training, evaluated in two ways. */
const STORY = [
  ...["v1", "v2", "v3", "v4", "v5"].map((row) => ({
    row,
    variant: row,
    statistics: "none",
    note: "",
  })),
  { row: "v6", variant: "v7", statistics: "batch", note: ": each split's statistics" },
  { row: "v7", variant: "v7", statistics: "running", note: ": running statistics" },
];

export const command: Command = {
  about:
    "Trains the lecture's seven initialisations on the bundled names and prints one line for each; on a terminal it then opens the UI. The runs stay in the store, so that the next demo does not train again.",
  options: {
    ...STORE_OPTION,
    steps: PLANNING_OPTIONS.steps,
    quiet: { help: "show no progress" },
    "no-ui": { help: "print the table only, even on a terminal" },
  },
  examples: [
    ["ablate demo", "train the bundled grid quickstart, compare its variants, chart them"],
    ["ablate demo --steps 500 --store short.db", "a shorter training, in a store of its own"],
  ],
  exits: [FAILED, STOPPED],
  environment: [CI],
  see: ["README.md", "ablate ui", "configs/quickstart.yaml"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const planned = planConfig(invocation, assetFile("quickstart"));
    const style = flags.has("quiet") ? "quiet" : "human";
    const { left, isStopped, isGivenUp, exitCode } = await train(invocation, planned, { style });
    if (isStopped) terminal.warn(asLine(`stopped, ${left} left to train; \`ablate demo\` goes on`));
    if (isStopped || isGivenUp) return exitCode;
    terminal.write(
      `\n${story(invocation, planned)}\n${nextSteps(planned, commandAsCalled(terminal.environment))}`,
    );
    if (flags.has("no-ui") || !isInteractive(invocation)) return exitCode;
    const marks = withReader(invocation, (reader) =>
      planned.runs.flatMap(({ hash }) => reader.findByHash(hash)?.name ?? []),
    );
    return (await openStore(invocation, { view: "charts", marks })) || exitCode;
  },
};

/** Writes one line per row of the story, with the loss of step 0 beside that of guessing at random. */
function story(invocation: Invocation, planned: Planned): string {
  const rows = withReader(invocation, (reader) =>
    STORY.map(({ row, variant, statistics, note }) => {
      const plannedRun = planned.runs.find((run) => run.variant === variant);
      const stored = plannedRun === undefined ? undefined : reader.findByHash(plannedRun.hash);
      const run = stored === undefined ? undefined : reader.run(stored.name);
      if (plannedRun === undefined || run === undefined) return [row, UNKNOWN];
      const evaluations = reader.evaluations(run.name);
      const evaluated = (split: string) =>
        evaluations.find((one) => one.split === split && one.statistics === statistics)?.loss;
      return [
        row,
        `${plannedRun.variantDescription}${note}`,
        loss(reader.lossAt(run.name, 0)?.loss),
        loss(evaluated("train")),
        loss(evaluated("valid")),
        count(run.stepsPerS),
      ];
    }),
  );
  const { vocabulary } = planned.data;
  const guessing = Math.log(vocabulary);
  const note = `guessing at random costs ln ${vocabulary} = ${loss(guessing)}`;
  const numbers = ["loss at init", "train", "valid", "steps/s"].map(right);
  const best = bestRow(rows.map((row) => row[4] ?? UNKNOWN));
  const style = tableStyle(invocation.terminal.paint, (_, row, column) =>
    row === best && (column === 0 || column === 4) ? "bold" : null,
  );
  return `${table(["", "what changes", ...numbers], rows, style)}\n${note}\n`;
}

/** Returns the place of the lowest loss; -1 where none is known. */
function bestRow(losses: readonly string[]): number {
  const known = losses.filter((text) => text !== UNKNOWN).map(Number);
  return losses.findIndex((text) => text !== UNKNOWN && Number(text) === Math.min(...known));
}

function nextSteps(planned: Planned, ablate: string): string {
  const last = planned.runs.at(-1)?.name ?? "";
  return [
    "next:",
    `  ${ablate} ui`,
    `  ${ablate} show ${last}`,
    `  ${ablate} sample ${last}`,
    `  ${ablate} query "select run, train_loss, valid_loss from runs order by valid_loss"`,
    "",
  ].join("\n");
}
