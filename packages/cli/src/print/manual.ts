/** What the help of each verb says beside its options and examples. */
import type { VerbName } from "../verbs.ts";

export type Manual = {
  /** Paragraphs; wrapped when they are printed. */
  readonly about: readonly string[];
  /** Exit codes beside 0 and 2, and what they mean here. */
  readonly exits?: readonly (readonly [string, string])[];
  /** Variables of the environment beside ABLATE_STORE and NO_COLOR. */
  readonly environment?: readonly (readonly [string, string])[];
  /** Pages and verbs to go on with. */
  readonly see: readonly string[];
};

const STOPPED = ["130", "stopped by the user (Ctrl-C)"] as const;
const FAILED = ["1", "a run failed or diverged"] as const;
const BACKEND = [
  "ABLATE_TFJS_BACKEND",
  "what the engine tfjs runs on: tensorflow, wasm, cpu",
] as const;
const CI = ["CI", "progress in plain lines, nothing rewritten"] as const;

export const MANUAL: Readonly<Record<VerbName, Manual>> = {
  demo: {
    about: [
      "Trains the lecture's seven initialisations on the names that come along, prints one line for each, and on a terminal opens the UI. Runs are kept in the store: the next demo finds them done.",
    ],
    exits: [FAILED, STOPPED],
    environment: [CI],
    see: ["README.md", "ablate ui", "configs/quickstart.yaml"],
  },
  new: {
    about: [
      "Writes a small config in which every key is explained. The file must not be there yet.",
    ],
    see: ["docs/config.md", "ablate plan"],
  },
  plan: {
    about: [
      "Reads the config, expands its grid and says of each run what differs, what it would take and whether the store has it already, and, if not whole, why. Trains nothing and makes no store. All mistakes of a config are listed at once, with line and column.",
    ],
    see: ["docs/config.md", "docs/filter.md", "ablate run"],
  },
  run: {
    about: [
      "Trains every run of the config that is not finished yet and records each step. It can be stopped at any time (Ctrl-C once: finish what is at hand and keep it; twice: at once) and repeated: finished runs are skipped, others go on where their last checkpoint is. A run that fails or diverges is recorded as such, and the grid goes on.",
      "Options win over the file: --set, --steps and --seeds over its variants, grid and include. Two commands at once on one store share the work.",
    ],
    exits: [FAILED, STOPPED],
    environment: [BACKEND, CI],
    see: ["docs/config.md", "docs/engines.md", "ablate plan", "ablate ui"],
  },
  watch: {
    about: [
      "Shows the progress of a run or a grid that another process trains, from the store alone, as `ablate run` would: a live block on a terminal, plain lines elsewhere. It writes nothing and ends when nothing is left to watch.",
    ],
    exits: [FAILED, STOPPED],
    environment: [CI],
    see: ["docs/json.md", "ablate ui", "ablate run"],
  },
  ui: {
    about: [
      "Opens the runs of a store on the whole terminal: a list, charts, one run, runs side by side, the inside of a network layer by layer, and findings. It follows what another process trains. ? lists the keys, q leaves. Without a terminal, or with --once, it prints one frame.",
    ],
    environment: [
      ["TERM, COLORTERM", "which colours and characters the terminal has"],
      ["XDG_STATE_HOME", "where the last view is remembered (~/.local/state)"],
    ],
    see: ["docs/ui.md", "docs/tutorial.md", "ablate show", "ablate watch"],
  },
  runs: {
    about: [
      "Lists the runs of the store, oldest first, with state, settings and losses. Words are a filter: parts of a name, a label or a tag, field:pattern, comparisons, and, or, not. States are pending, running, finished, failed, diverged, stopped (by the user) and interrupted (its process died).",
    ],
    see: ["docs/filter.md", "docs/json.md", "ablate show"],
  },
  show: {
    about: [
      "Prints one run in full: settings, charts, losses of every split, update:data ratios with a verdict, findings, samples, and where it was trained. RUN is a name, a label, a hash, or the beginning of one.",
    ],
    see: ["docs/json.md", "docs/diagnostics.md", "ablate diagnose"],
  },
  tag: {
    about: [
      "Gives a run or a whole grid tags, or takes some away. Tags are single words; they can be filtered by (tag:baseline) and are no part of a run's identity. It may be done while the run is trained.",
    ],
    see: ["docs/filter.md", "ablate note"],
  },
  note: {
    about: [
      "Says something about a run or a grid, in place of what was said before; an empty text removes it. Up to 2,000 characters. It may be done while the run is trained.",
    ],
    see: ["docs/filter.md", "ablate tag"],
  },
  rename: {
    about: [
      "Gives a run another label, and with it another name in its grid. Its identity stays: the same config still finds it.",
    ],
    see: ["ablate runs"],
  },
  rm: {
    about: [
      "Puts runs or grids into the trash: hidden from every list and view, until restored or purged. A word that is neither a run nor a grid is a filter. Of a grid, runs that another grid has stay there. Runs that are being trained are refused.",
    ],
    see: ["docs/filter.md", "ablate restore", "ablate gc"],
  },
  restore: {
    about: [
      "Takes runs or grids out of the trash; without names it lists what is there, with sizes and since when.",
    ],
    see: ["ablate rm", "ablate gc"],
  },
  gc: {
    about: [
      "Purges the trash for good, deletes checkpoints that nothing starts from, and gives the space back to the file system. It asks first; without a terminal it needs --yes.",
    ],
    see: ["ablate rm", "ablate doctor"],
  },
  config: {
    about: [
      "Prints the resolved config of a run, every default filled in, as YAML that trains the same run. For all runs of a config it is `ablate plan CONFIG --save FILE`.",
    ],
    see: ["docs/config.md", "ablate diff"],
  },
  diff: {
    about: [
      "Compares two runs, or a config and a run, key by key, those that decide the numbers first, and says whether they are the same run. A and B are runs of the store or config files.",
    ],
    see: ["docs/config.md", "ablate compare"],
  },
  compare: {
    about: [
      "Puts runs into one table: what differs, what came out, the best marked with its step. Runs that differ in their seed alone are one row with mean and spread; effects of each factor are paired by seed, with a confidence interval, or the sentence that seeds are too few to tell.",
    ],
    see: ["docs/compare.md", "docs/json.md", "ablate diff"],
  },
  diagnose: {
    about: [
      "Says what is wrong with runs, with the evidence: saturated or dead units, layers that learn too fast or too slowly, a loss that starts too high, and since which step. Of one run it also prints the depth profile: spread, saturation and gradients layer by layer, at init and at the end. Of a grid it is one verdict a run.",
    ],
    exits: [["1", "there is a finding of level error"]],
    see: ["docs/diagnostics.md", "docs/tutorial.md", "ablate show"],
  },
  sample: {
    about: [
      "Draws names from the final weights of a run; the same seed draws the same names. The data file is not needed.",
    ],
    environment: [BACKEND],
    see: ["docs/json.md", "ablate export"],
  },
  data: {
    about: [
      "Reads the data set of a config and says how many names and examples each split has, which characters there are, and what the first windows look like. Where the runs of a grid differ in their data it is that of the first.",
    ],
    see: ["docs/tutorial.md", "docs/config.md"],
  },
  softmax: {
    about: [
      "Trains nothing: turns logits into probabilities and says what they cost when one class is the right one, in nats: -ln of its probability. Equal logits cost ln of the number of classes; whoever is sure and wrong pays about the difference of the logits. LOGITS are numbers separated by commas; the loss of random ones is a mean over many draws.",
    ],
    see: ["docs/tutorial.md", "docs/json.md", "ablate gain"],
  },
  gain: {
    about: [
      "Trains nothing: draws x and w and shows how wide x @ w is, against the scale of w or an initialisation scheme. What a layer has to undo, or to keep.",
    ],
    see: ["docs/tutorial.md", "docs/config.md", "ablate softmax"],
  },
  query: {
    about: [
      "Runs one SELECT or WITH statement over the views of the store; with - it is read from the standard input. Nothing can be written. It ends after 1,000 rows, which is said, or 30 seconds, unless --limit and --timeout say otherwise.",
    ],
    see: ["docs/sql.md", "ablate export"],
  },
  export: {
    about: [
      "Writes a run, or all runs of a grid, for other programs. csv, jsonl and parquet hold one table: by default history, a row a step with loss, lr and a column ratio:PARAM for each parameter; --table runs has the settings and results to join it with, and any other view of docs/sql.md can be chosen. safetensors holds the final weights, of a grid in a folder with a file a run. store is a sealed store with these runs alone, in one file that can be read anywhere and imported elsewhere.",
      "Files appear whole or not at all, numbers have every digit, and memory stays small however long the runs are.",
    ],
    exits: [STOPPED],
    see: ["docs/export.md", "docs/sql.md", "ablate import"],
  },
  import: {
    about: [
      "Takes the runs of another store, of another machine perhaps, over into this one; makes it where there is none. A run is known by its hash: of two records the finished one stays, else the one with more steps, else ours. A run that is being trained here is left alone. Grids become one by their name, tags are united, notes put below each other. It can be stopped and repeated: each run is one transaction.",
    ],
    exits: [STOPPED],
    see: ["docs/export.md", "ablate export"],
  },
  report: {
    about: [
      "Writes a grid, or some runs, as one HTML file that holds all it shows: what differs by more than chance, how training begins, what is saturated and what learns too fast or too slowly, in sentences, tables and charts. It needs no network and no script, follows light and dark, and can be printed.",
      "What can be named are grids, runs, names of runs without their seed, and filters. The file appears whole or not at all; one that is there is replaced only with --force.",
    ],
    see: ["docs/report.md", "docs/filter.md", "ablate compare", "ablate export"],
  },
  verify: {
    about: [
      "Trains the runs of a config on our engine and on TensorFlow.js and compares every series, as far as rounding alone does not move it. Nothing is stored.",
    ],
    exits: [["1", "a series differs by more than its tolerance"]],
    environment: [BACKEND],
    see: ["docs/engines.md"],
  },
  doctor: {
    about: [
      "Checks what this program needs: Node, the engines, the terminal, and whether the store is intact, if there is one. With --repair it mends what a crash or a bad disk has left there and keeps what is whole.",
    ],
    exits: [["1", "something does not work"]],
    environment: [BACKEND],
    see: ["docs/tensorflow.md"],
  },
  completion: {
    about: [
      "Prints a script for bash, zsh or fish that the shell reads when it starts. From then on the tab key completes verbs, options and their values, files, and the names of runs, grids and tags from the store of the working folder, of --store or of ABLATE_STORE.",
    ],
    see: ["README.md"],
  },
};
