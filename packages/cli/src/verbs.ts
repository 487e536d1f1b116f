import type { Command } from "./command-line/command.ts";

/** A verb of the command line, as it is known before its module is loaded. */
export type Verb = {
  readonly name: string;
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

/** How each verb is called, what it does, and its module, in the order of the help. */
const LINES: Readonly<Record<string, Verb["load"]>> = {
  "demo: train the seven variants of one network and compare them": () =>
    import("./commands/demo.ts"),
  "new FILE: a commented config to start from": () => import("./commands/new.ts"),
  "plan CONFIG: the runs that a config expands to, and which are done": () =>
    import("./commands/plan.ts"),
  "run CONFIG: plan, train, record; safe to stop and to repeat": () => import("./commands/run.ts"),
  "worker [URL]: train what `ablate run --on URL` hands out, on as many machines as there are":
    () => import("./commands/worker.ts"),
  "workers [URL]: who trains for `ablate run --on URL`: where, what, how fast": () =>
    import("./commands/workers.ts"),
  "record PATH...: runs of other programs, from their logs; safe to stop and to repeat": () =>
    import("./commands/record.ts"),
  "ui [PATH|RUN|GRID...]: browse and chart runs, or logs of other programs, live": () =>
    import("./commands/ui.ts"),
  "watch RUN|GRID: the progress of what another process trains": () =>
    import("./commands/watch.ts"),
  "runs [FILTER...]: list runs": () => import("./commands/runs.ts"),
  "show RUN: one run in full": () => import("./commands/show.ts"),
  "diagnose RUN|GRID: what is wrong with it, with evidence": () => import("./commands/diagnose.ts"),
  "tag RUN|GRID [TAG...]: give it tags, or take some away": () => import("./commands/tag.ts"),
  "note RUN|GRID [TEXT...]: say something about it": () => import("./commands/note.ts"),
  "rename RUN NAME: rename a run within its grid": () => import("./commands/rename.ts"),
  "rm RUN|GRID|FILTER...: into the trash: hidden, and restorable": () => import("./commands/rm.ts"),
  "restore [RUN|GRID...]: out of the trash again; alone it lists what is there": () =>
    import("./commands/restore.ts"),
  "gc: empty the trash permanently and free its space": () => import("./commands/gc.ts"),
  "config RUN: its resolved config as YAML that runs as it is": () =>
    import("./commands/config.ts"),
  "diff A B: two runs, or a config and a run, key by key": () => import("./commands/diff.ts"),
  "compare [RUN|GRID...]: what differs, what came out, what each factor does": () =>
    import("./commands/compare.ts"),
  "sample RUN: names from the trained model": () => import("./commands/sample.ts"),
  "forward RUN [CONTEXT...]: what a network makes of contexts: logits, values of a layer": () =>
    import("./commands/forward.ts"),
  "data CONFIG: the data set: sizes, vocabulary, windows of the first words": () =>
    import("./commands/data.ts"),
  "softmax [LOGITS...]: what logits cost: equal, sure and right, sure and wrong, random": () =>
    import("./commands/softmax.ts"),
  "activation NAME: a nonlinearity and its slope, drawn": () => import("./commands/activation.ts"),
  "draw KIND N: random numbers as PyTorch draws them": () => import("./commands/draw.ts"),
  "gain: the gain study: std of x @ w against the scale of w": () => import("./commands/gain.ts"),
  "lr-range CONFIG: the learning rate range test: loss against rate, and its valley": () =>
    import("./commands/lr-range.ts"),
  "query [SQL...]: read-only SQL over the store": () => import("./commands/query.ts"),
  "export RUN|GRID -o PATH: as csv, jsonl, parquet, safetensors, or a store of its own": () =>
    import("./commands/export.ts"),
  "import PATH: take the runs of another store over into this one; or logs, as `record`": () =>
    import("./commands/import.ts"),
  "report RUN|GRID...: a grid as one HTML file": () => import("./commands/report.ts"),
  "chart [RUN|GRID...]: a chart for a paper: SVG, PDF or PNG": () => import("./commands/chart.ts"),
  "verify CONFIG: the same runs on every engine, compared with each other": () =>
    import("./commands/verify.ts"),
  "doctor: Node, engines, TensorFlow, terminal, store integrity": () =>
    import("./commands/doctor.ts"),
  "completion SHELL: what makes bash, zsh or fish complete our words": () =>
    import("./commands/completion.ts"),
};

/** Every verb; its module is loaded only when it is called. */
export const VERBS: readonly Verb[] = Object.entries(LINES).map(([line, load]) => {
  const [, usage = "", summary = ""] = /^(.*?): (.*)$/.exec(line) ?? [];
  return { ...wordsOf(usage), usage, summary, load };
});

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
