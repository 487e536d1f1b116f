import type { Command } from "./command-line/command.ts";

type Verb = {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
};

export type VerbName =
  | "demo"
  | "new"
  | "plan"
  | "run"
  | "ui"
  | "watch"
  | "runs"
  | "show"
  | "diagnose"
  | "tag"
  | "note"
  | "rename"
  | "rm"
  | "restore"
  | "gc"
  | "config"
  | "diff"
  | "compare"
  | "sample"
  | "data"
  | "softmax"
  | "gain"
  | "query"
  | "export"
  | "import"
  | "report"
  | "verify"
  | "doctor"
  | "completion";

/** Every verb in the order of the help; its module is loaded only when it is called. */
export const VERBS: Readonly<Record<VerbName, Verb>> = {
  demo: {
    usage: "",
    summary: "train the seven variants of one network and compare them",
    load: () => import("./commands/demo.ts"),
  },
  new: {
    usage: "FILE",
    summary: "a commented config to start from",
    load: () => import("./commands/new.ts"),
  },
  plan: {
    usage: "CONFIG",
    summary: "the runs that a config expands to, and which are done",
    load: () => import("./commands/plan.ts"),
  },
  run: {
    usage: "CONFIG",
    summary: "plan, train, record; safe to stop and to repeat",
    load: () => import("./commands/run.ts"),
  },
  ui: {
    usage: "",
    summary: "browse and chart, live",
    load: () => import("./commands/ui.ts"),
  },
  watch: {
    usage: "RUN|GRID",
    summary: "the progress of what another process trains",
    load: () => import("./commands/watch.ts"),
  },
  runs: {
    usage: "[FILTER...]",
    summary: "list runs",
    load: () => import("./commands/runs.ts"),
  },
  show: {
    usage: "RUN",
    summary: "one run in full",
    load: () => import("./commands/show.ts"),
  },
  diagnose: {
    usage: "RUN|GRID",
    summary: "what is wrong with it, with evidence",
    load: () => import("./commands/diagnose.ts"),
  },
  tag: {
    usage: "RUN|GRID [TAG...]",
    summary: "give it tags, or take some away",
    load: () => import("./commands/tag.ts"),
  },
  note: {
    usage: "RUN|GRID [TEXT...]",
    summary: "say something about it",
    load: () => import("./commands/note.ts"),
  },
  rename: {
    usage: "RUN NAME",
    summary: "call a run something else in its grid",
    load: () => import("./commands/rename.ts"),
  },
  rm: {
    usage: "RUN|GRID|FILTER...",
    summary: "into the trash: hidden, and restorable",
    load: () => import("./commands/rm.ts"),
  },
  restore: {
    usage: "[RUN|GRID...]",
    summary: "out of the trash again; alone it lists what is there",
    load: () => import("./commands/restore.ts"),
  },
  gc: {
    usage: "",
    summary: "empty the trash for good and free its space",
    load: () => import("./commands/gc.ts"),
  },
  config: {
    usage: "RUN",
    summary: "its resolved config as YAML that runs as it is",
    load: () => import("./commands/config.ts"),
  },
  diff: {
    usage: "A B",
    summary: "two runs, or a config and a run, key by key",
    load: () => import("./commands/diff.ts"),
  },
  compare: {
    usage: "RUN|GRID...",
    summary: "what differs, what came out, what each factor does",
    load: () => import("./commands/compare.ts"),
  },
  sample: {
    usage: "RUN",
    summary: "names from the trained model",
    load: () => import("./commands/sample.ts"),
  },
  data: {
    usage: "CONFIG",
    summary: "the data set: sizes, vocabulary, windows of the first words",
    load: () => import("./commands/data.ts"),
  },
  softmax: {
    usage: "[LOGITS...]",
    summary: "what logits cost: equal, sure and right, sure and wrong, random",
    load: () => import("./commands/softmax.ts"),
  },
  gain: {
    usage: "",
    summary: "the gain study: std of x @ w against the scale of w",
    load: () => import("./commands/gain.ts"),
  },
  query: {
    usage: "SQL",
    summary: "read-only SQL over the store",
    load: () => import("./commands/query.ts"),
  },
  export: {
    usage: "RUN|GRID -o PATH",
    summary: "as csv, jsonl, parquet, safetensors, or a store of its own",
    load: () => import("./commands/export.ts"),
  },
  import: {
    usage: "STORE",
    summary: "take the runs of another store over into this one",
    load: () => import("./commands/import.ts"),
  },
  report: {
    usage: "RUN|GRID...",
    summary: "a grid as one HTML file",
    load: () => import("./commands/report.ts"),
  },
  verify: {
    usage: "CONFIG",
    summary: "the same runs on every engine, held against each other",
    load: () => import("./commands/verify.ts"),
  },
  doctor: {
    usage: "",
    summary: "Node, engines, TensorFlow, terminal, store integrity",
    load: () => import("./commands/doctor.ts"),
  },
  completion: {
    usage: "SHELL",
    summary: "what makes bash, zsh or fish complete our words",
    load: () => import("./commands/completion.ts"),
  },
};

export function isVerb(word: string): word is VerbName {
  return Object.hasOwn(VERBS, word);
}
