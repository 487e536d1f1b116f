import type { Command } from "./command-line/command.ts";

/** A verb of the command line, as it is known before its module is loaded. */
export type Verb = {
  readonly name: string;
  /** The title under which the overview lists it. */
  readonly group: string;
  /** How the overview says it is called. */
  readonly usage: string;
  readonly summary: string;
  /** Names of the words that must be given. */
  readonly positionals: readonly string[];
  /** What words after them are called; undefined where there may be none. */
  readonly rest: string | undefined;
  /** How many of these there may be: 0, 1, or any number. */
  readonly mostRest: number;
  readonly load: () => Promise<{ readonly command: Command }>;
};

type Loads = Readonly<Record<string, Verb["load"]>>;

/** How each verb is called, what it does, and its module, in the groups and the order of the help. */
const GROUPS: Readonly<Record<string, Loads>> = {
  Start: {
    "demo: train seven variants of one network and compare them": () =>
      import("./commands/demo.ts"),
    "new FILE: write a commented config to start from": () => import("./commands/new.ts"),
  },
  Train: {
    "plan CONFIG: list the runs of a config, and which are done": () =>
      import("./commands/plan.ts"),
    "run CONFIG: train and record them; safe to stop and repeat": () => import("./commands/run.ts"),
    "watch RUN|GRID: follow the progress of another process": () => import("./commands/watch.ts"),
    "record PATH...: store runs of other programs from their logs": () =>
      import("./commands/record.ts"),
    "lr-range CONFIG: plot the loss against the learning rate": () =>
      import("./commands/lr-range.ts"),
  },
  Look: {
    "ui [PATH|RUN|GRID...]: browse and chart runs and logs, live": () => import("./commands/ui.ts"),
    "runs [FILTER...]: list runs": () => import("./commands/runs.ts"),
    "show RUN: show one run in full": () => import("./commands/show.ts"),
    "config RUN: print a run's config as YAML you can run unchanged": () =>
      import("./commands/config.ts"),
    "sample RUN: generate names with a trained model": () => import("./commands/sample.ts"),
    "forward RUN [CONTEXT...]: compute logits, or the values of a layer": () =>
      import("./commands/forward.ts"),
  },
  Ask: {
    "diagnose RUN|GRID: find what is wrong with runs, with evidence": () =>
      import("./commands/diagnose.ts"),
    "compare [RUN|GRID...]: compare results, and the effect of each setting": () =>
      import("./commands/compare.ts"),
    "diff A B: compare two runs, or a config and a run": () => import("./commands/diff.ts"),
    "query [SQL...]: ask the store in read-only SQL": () => import("./commands/query.ts"),
    "verify CONFIG: train on every engine and compare the numbers": () =>
      import("./commands/verify.ts"),
  },
  "Keep and share": {
    "tag RUN|GRID [TAG...]: add or remove tags": () => import("./commands/tag.ts"),
    "note RUN|GRID [TEXT...]: attach a note": () => import("./commands/note.ts"),
    "rename RUN NAME: rename a run within its grid": () => import("./commands/rename.ts"),
    "rm RUN|GRID|FILTER...: move to the trash: hidden, and can be restored": () =>
      import("./commands/rm.ts"),
    "restore [RUN|GRID...]: restore from the trash, or list the trash": () =>
      import("./commands/restore.ts"),
    "gc: delete the trash permanently and free its space": () => import("./commands/gc.ts"),
    "export RUN|GRID -o PATH: write csv, parquet, weights, or a store": () =>
      import("./commands/export.ts"),
    "import PATH: copy runs from another store into this one": () => import("./commands/import.ts"),
    "report RUN|GRID...: write a grid as one HTML file": () => import("./commands/report.ts"),
    "chart [RUN|GRID...]: draw a chart for a paper: SVG, PDF or PNG": () =>
      import("./commands/chart.ts"),
  },
  "Learn (trains nothing)": {
    "data CONFIG: show the data set: sizes, vocabulary, windows": () =>
      import("./commands/data.ts"),
    "softmax [LOGITS...]: show what right and wrong logits cost": () =>
      import("./commands/softmax.ts"),
    "activation NAME: draw a nonlinearity and its slope": () => import("./commands/activation.ts"),
    "draw KIND N: draw random numbers as PyTorch does": () => import("./commands/draw.ts"),
    "gain: show how the scale of w sets the spread of x @ w": () => import("./commands/gain.ts"),
  },
  "Many machines": {
    "worker [URL]: train runs that `ablate run --on URL` hands out": () =>
      import("./commands/worker.ts"),
    "workers [URL]: list the workers, and what they train": () => import("./commands/workers.ts"),
  },
  "Set up": {
    "doctor: check Node, engines, terminal and store": () => import("./commands/doctor.ts"),
    "completion SHELL: print a completion script for bash, zsh or fish": () =>
      import("./commands/completion.ts"),
  },
};

/** Every verb; its module is loaded only when it is called. */
export const VERBS: readonly Verb[] = Object.entries(GROUPS).flatMap(([group, lines]) =>
  Object.entries(lines).map(([line, load]) => {
    const [, usage = "", summary = ""] = /^(.*?): (.*)$/.exec(line) ?? [];
    return { ...wordsOf(usage), group, usage, summary, load };
  }),
);

export function verbNamed(name: string): Verb | undefined {
  return VERBS.find((one) => one.name === name);
}

/**
 * Reads a usage: `CONFIG` must be given, `[URL]` may be, `[TAG...]` is any number of words, `FILTER...` at least one; a
 * flag that must be given ends it.
 */
function wordsOf(usage: string): Pick<Verb, "name" | "positionals" | "rest" | "mostRest"> {
  const [name = "", ...words] = usage.replace(/ -.*/, "").split(" ");
  const last = words.find((word) => /\.\.\.|^\[/.test(word));
  const rest = last?.replace(/^\[|(?:\.{3})?\]?$/g, "");
  const most = last?.includes("...") ? Number.POSITIVE_INFINITY : 1;
  const positionals = words
    .filter((word) => !word.startsWith("["))
    .map((word) => word.replace("...", ""));
  return { name, positionals, rest, mostRest: last === undefined ? 0 : most };
}
