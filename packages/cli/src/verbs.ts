import type { Command } from "./command-line/command.ts";

/** A verb of the command line, as it is known before its module is loaded. */
export type Verb = {
  readonly name: string;
  /** How the overview says it is called. */
  readonly usage: string;
  readonly summary: string;
  /** Names of the words that must be given. */
  readonly positionals: readonly string[];
  /** What any number of words after them are called; undefined where there may be none. */
  readonly rest: string | undefined;
  readonly load: () => Promise<{ readonly command: Command }>;
};

/** Every verb in the order of the help; its module is loaded only when it is called. */
export const VERBS: readonly Verb[] = [
  verb(
    "demo",
    "train the seven variants of one network and compare them",
    () => import("./commands/demo.ts"),
  ),
  verb("new FILE", "a commented config to start from", () => import("./commands/new.ts")),
  verb(
    "plan CONFIG",
    "the runs that a config expands to, and which are done",
    () => import("./commands/plan.ts"),
  ),
  verb(
    "run CONFIG",
    "plan, train, record; safe to stop and to repeat",
    () => import("./commands/run.ts"),
  ),
  verb("ui", "browse and chart, live", () => import("./commands/ui.ts")),
  verb(
    "watch RUN|GRID",
    "the progress of what another process trains",
    () => import("./commands/watch.ts"),
  ),
  verb("runs [FILTER...]", "list runs", () => import("./commands/runs.ts")),
  verb("show RUN", "one run in full", () => import("./commands/show.ts")),
  verb(
    "diagnose RUN|GRID",
    "what is wrong with it, with evidence",
    () => import("./commands/diagnose.ts"),
  ),
  verb(
    "tag RUN|GRID [TAG...]",
    "give it tags, or take some away",
    () => import("./commands/tag.ts"),
  ),
  verb("note RUN|GRID [TEXT...]", "say something about it", () => import("./commands/note.ts")),
  verb("rename RUN NAME", "rename a run within its grid", () => import("./commands/rename.ts")),
  verb(
    "rm RUN|GRID|FILTER...",
    "into the trash: hidden, and restorable",
    () => import("./commands/rm.ts"),
  ),
  verb(
    "restore [RUN|GRID...]",
    "out of the trash again; alone it lists what is there",
    () => import("./commands/restore.ts"),
  ),
  verb("gc", "empty the trash permanently and free its space", () => import("./commands/gc.ts")),
  verb(
    "config RUN",
    "its resolved config as YAML that runs as it is",
    () => import("./commands/config.ts"),
  ),
  verb(
    "diff A B",
    "two runs, or a config and a run, key by key",
    () => import("./commands/diff.ts"),
  ),
  verb(
    "compare [RUN|GRID...]",
    "what differs, what came out, what each factor does",
    () => import("./commands/compare.ts"),
  ),
  verb("sample RUN", "names from the trained model", () => import("./commands/sample.ts")),
  verb(
    "data CONFIG",
    "the data set: sizes, vocabulary, windows of the first words",
    () => import("./commands/data.ts"),
  ),
  verb(
    "softmax [LOGITS...]",
    "what logits cost: equal, sure and right, sure and wrong, random",
    () => import("./commands/softmax.ts"),
  ),
  verb(
    "gain",
    "the gain study: std of x @ w against the scale of w",
    () => import("./commands/gain.ts"),
  ),
  verb("query [SQL...]", "read-only SQL over the store", () => import("./commands/query.ts")),
  verb(
    "export RUN|GRID -o PATH",
    "as csv, jsonl, parquet, safetensors, or a store of its own",
    () => import("./commands/export.ts"),
  ),
  verb(
    "import STORE",
    "take the runs of another store over into this one",
    () => import("./commands/import.ts"),
  ),
  verb("report RUN|GRID...", "a grid as one HTML file", () => import("./commands/report.ts")),
  verb(
    "verify CONFIG",
    "the same runs on every engine, compared with each other",
    () => import("./commands/verify.ts"),
  ),
  verb(
    "doctor",
    "Node, engines, TensorFlow, terminal, store integrity",
    () => import("./commands/doctor.ts"),
  ),
  verb(
    "completion SHELL",
    "what makes bash, zsh or fish complete our words",
    () => import("./commands/completion.ts"),
  ),
];

export function verbNamed(name: string): Verb | undefined {
  return VERBS.find((one) => one.name === name);
}

/**
 * Reads a usage line: `CONFIG` must be given, `[TAG...]` is any number of words, `FILTER...` at least one; a flag
 * that must be given ends the line.
 */
function verb(usage: string, summary: string, load: Verb["load"]): Verb {
  const [name = "", ...words] = usage.replace(/ -.*/, "").split(" ");
  const rest = words.find((word) => word.includes("..."))?.replace(/^\[|\.{3}\]?$/g, "");
  const positionals = words
    .filter((word) => !word.startsWith("["))
    .map((word) => word.replace("...", ""));
  return { name, usage, summary, positionals, rest, load };
}
