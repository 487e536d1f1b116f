import { annotate, type RunSummary, type StoreReader } from "@ablate/store";
import { asLine } from "@ablate/text";
import {
  CommandError,
  drawOnce,
  type Glyphs,
  glyphsFor,
  openUi,
  type Theme,
  themeFor,
  UI_FLAGS,
  type UiOptions,
  VIEW_NAMES,
} from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { ignoredSignals } from "../command-line/ignored-signals.ts";
import { ALL_OPTION, STORE_OPTION } from "../command-line/options.ts";
import { NOTIFY, NOTIFY_OPTION, wantedNotice } from "../print/notify.ts";
import { storePath, withAnyReader, withReader } from "../store/open.ts";
import { findRun, findRuns, scopeOf } from "../store/resolve.ts";
import { refuseNever } from "../ui/awaited.ts";
import { pathOf, readWords, type Words } from "../ui/words.ts";

const GLYPHS: readonly Glyphs[] = ["braille", "block", "ascii"];
const BACKGROUNDS = ["dark", "light"] as const;
const COLOURS = ["256", "16", "none"] as const;

export const command: Command = {
  about: [
    "Opens the runs of a store in the terminal: a list, charts, one run, runs side by side, the layers of a network, and findings. It follows training in other processes, and waits for a store that does not exist yet. Press ? for the keys and q to quit. Without a terminal, or with --once, it prints one frame.",
    "An argument that names a file or a folder is a path. A store is opened. Logs of other programs (our recorders, TensorBoard, W&B, MLflow, Trackio, CSV, JSON, text) are read and followed; nothing is written beside them. Their runs are kept in a cache in the user's folder, or with --store in that store. A path that does not exist yet is waited for if it looks like one: runs/, ./log.csv, ablate.db. Any other argument is a run or a grid. A name that is both is a path: ./name is always a path, grid=name and run=name never.",
  ],
  options: {
    ...STORE_OPTION,
    view: { value: "NAME", choices: VIEW_NAMES, help: `the first view: ${VIEW_NAMES.join(", ")}` },
    run: { value: "RUN", help: "open this run" },
    ...ALL_OPTION,
    ...NOTIFY_OPTION,
    glyphs: {
      value: "NAME",
      choices: GLYPHS,
      help: `characters of charts: ${GLYPHS.join(", ")}`,
    },
    theme: { value: "NAME", choices: BACKGROUNDS, help: "the terminal's background: dark, light" },
    colours: {
      value: "NUMBER",
      choices: COLOURS,
      help: `number of colours: ${COLOURS.join(", ")} (default: from TERM and COLORTERM)`,
    },
    "no-mouse": { help: "leave the mouse to the terminal; M changes that" },
    fresh: { help: "ignore the filter, marks and other settings remembered for this store" },
    ...Object.fromEntries(UI_FLAGS.map(({ name, ...flag }) => [name, flag])),
    once: { help: "print one frame and exit" },
    size: { value: "COLSxROWS", help: "size of that frame (default: the terminal's, else 120x40)" },
  },
  examples: [
    ["ablate ui", "browse ablate.db, even while another process trains; ? lists the keys"],
    ["ablate ui quickstart", "one grid"],
    ["ablate ui --view charts", "start with the charts of all runs"],
    [
      "ablate ui --view charts --filter v5 --steps 100-300",
      "some steps of some runs; in the UI, :command copies such a line",
    ],
    ["ablate ui runs/", "the logs in a folder, even while they are written"],
    ["ablate ui --store ablate.db runs/ v7", "record them in a store, and show them beside v7"],
    ["ablate ui --once --size 120x40 --run v7", "one frame as text, for scripts"],
  ],
  environment: [
    NOTIFY,
    ["TERM, COLORTERM", "colours and characters of the terminal"],
    ["XDG_STATE_HOME", "folder for the remembered view (~/.local/state)"],
    ["XDG_CACHE_HOME", "folder for the cache of logs (~/.cache)"],
  ],
  see: ["docs/ui.md", "docs/tutorial.md", "ablate record", "ablate show", "ablate watch"],
  run: async (invocation) => {
    try {
      return await open(invocation);
    } catch (error) {
      throw error instanceof CommandError ? new UsageError(error.message) : error;
    }
  },
};

/** Shows what the words mean, on the screen or as one frame; the exit code. */
async function open(invocation: Invocation): Promise<number> {
  const isLive = isOnScreen(invocation);
  const words = readWords(invocation, isLive);
  for (const note of words.notes) invocation.terminal.warn(asLine(`ablate: ${note}`));
  if (words.logs.length > 0) return showLogs(invocation, words, isLive);
  const asked =
    words.store === null ? invocation : withStore(invocation, pathOf(invocation, words.store));
  if (isLive && words.runs.length === 0 && !isStoreThere(asked)) {
    const wanted = asked.flags.text("run");
    return openStore(asked, { ...shownOf(asked), wanted, isAwaited: true });
  }
  const isNamed = words.runs.length > 0 || asked.flags.text("run") !== undefined;
  if (isLive && !isNamed) return openStore(asked, shownOf(asked));
  const shown = { ...shownOf(asked), ...runsOf(asked, words.runs) };
  if (isLive) return openStore(asked, shown);
  const store = storePath(asked);
  asked.terminal.write(drawOnce({ ...shown, store, size: sizeOf(asked.flags) }));
  return 0;
}

/** Whether a store can be opened now. @throws UsageError - if there can never be one */
function isStoreThere(invocation: Invocation): boolean {
  if (withAnyReader(invocation, () => true) === true) return true;
  refuseNever(storePath(invocation));
  return false;
}

/** Says how the first frame is asked for. */
function shownOf(invocation: Invocation) {
  const { flags } = invocation;
  return {
    view: flags.choice("view", VIEW_NAMES),
    isAll: flags.has("all"),
    isWithoutMouse: flags.has("no-mouse"),
    isFresh: flags.has("fresh"),
    commands: UI_FLAGS.flatMap(({ name }) => flags.texts(name).map((text) => ({ name, text }))),
    notice: wantedNotice(invocation),
    ...displayOf(invocation),
  };
}

function withStore({ flags, ...invocation }: Invocation, path: string): Invocation {
  return { ...invocation, flags: flags.with("store", path) };
}

/** Whether somebody looks at a terminal, who did not ask for one frame. @throws UsageError - if a size makes no sense */
function isOnScreen({ flags, terminal }: Invocation): boolean {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const hasCursor = terminal.environment.TERM !== "dumb";
  if (flags.has("once") || !isTerminal || !hasCursor) return false;
  if (!flags.has("size")) return true;
  throw new UsageError("--size goes with --once; otherwise the terminal has its own");
}

/** Finds what is shown first: the run of --run or of a word, the grid of a word, else the runs of several, marked. @throws UsageError - if there is no store */
function runsOf(
  invocation: Invocation,
  words: readonly string[],
): Pick<UiOptions, "run" | "view" | "grid" | "marks" | "areOnlyMarks"> {
  const wanted = invocation.flags.text("run");
  return withReader(invocation, (reader) => {
    if (wanted !== undefined) return { run: findRun(reader, wanted).name };
    if (words.length === 0) return {};
    const scope = scopeOf(invocation);
    const runs = words.flatMap((word) => runsNamed(reader, word, scope));
    const marks = [...new Set(runs.map(({ name }) => name))];
    const [only, ...others] = marks;
    if (only !== undefined && others.length === 0) return { run: only };
    const view = invocation.flags.choice("view", VIEW_NAMES) ?? "charts";
    const grid = runs.every((run) => words.length === 1 && run.grid === words[0]) ? words[0] : null;
    return { marks: grid === null ? marks : [], areOnlyMarks: true, view, grid };
  });
}

function runsNamed(
  reader: StoreReader,
  word: string,
  scope: Parameters<typeof findRuns>[2],
): readonly RunSummary[] {
  try {
    return findRuns(reader, word, scope);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}; nor is there a file or folder of this name`);
  }
}

/** Shows logs of other programs; with `--store` beside the runs of that store. */
async function showLogs(
  invocation: Invocation,
  { logs, runs, notes }: Words,
  isLive: boolean,
): Promise<number> {
  const { flags } = invocation;
  if (runs.length > 0 && !flags.has("store")) {
    const words = `--store ablate.db ${[...logs, ...runs].join(" ")}`;
    throw new UsageError(
      `${runs.join(", ")}: no file or folder; \`ablate ui ${words}\` records the logs into a store and shows them beside its runs`,
    );
  }
  const of = await import("../ui/show-logs.ts");
  const store = of.storeForLogs(invocation, logs);
  const asked = withStore(invocation, store.path);
  const wanted = flags.text("run");
  const named = runs.length === 0 ? {} : runsOf(asked, runs);
  const shown = { ...shownOf(asked), ...named };
  if (isLive) {
    return of.showLive(store, notes, (options) =>
      openStore(asked, { ...shown, ...options, wanted }),
    );
  }
  return of.showOnce(asked, store, (source) => {
    const found = wanted === undefined ? named : runsOf(asked, []);
    return drawOnce({ ...shown, ...found, store: store.path, source, size: sizeOf(flags) });
  });
}

function displayOf(invocation: Invocation): { readonly glyphs: Glyphs; readonly theme: Theme } {
  const { flags } = invocation;
  const { glyphs, theme } = display(invocation);
  const background = flags.choice("theme", BACKGROUNDS) ?? theme.background;
  const depth = depthOf(flags, theme);
  return { glyphs: flags.choice("glyphs", GLYPHS) ?? glyphs, theme: { depth, background } };
}

/** Returns the colours that are asked for; without any, what is chosen is still inverted on a terminal. */
function depthOf(flags: Flags, { depth }: Theme): Theme["depth"] {
  const asked = flags.choice("colours", COLOURS) ?? depth;
  if (asked !== "none") return asked;
  return depth === "none" ? "none" : "mono";
}

function sizeOf(flags: Flags): { readonly columns: number; readonly rows: number } {
  const text = flags.text("size");
  if (text === undefined) {
    return { columns: process.stdout.columns || 120, rows: process.stdout.rows || 40 };
  }
  const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  const size = { columns: Number(columns), rows: Number(rows) };
  if (!(size.columns > 0 && size.rows > 0)) {
    throw new UsageError(`--size takes COLSxROWS like 120x40, not "${text}"`);
  }
  return size;
}

/** What a session is given by the process that it runs in. */
type UiSurroundings = Pick<
  UiOptions,
  | "stdin"
  | "stdout"
  | "environment"
  | "folder"
  | "ignored"
  | "annotate"
  | "writeChart"
  | "glyphs"
  | "theme"
>;

/** Keys wait as long as a tag is being written. */
const LONGEST_WAIT_MS = 300;

/** Says how the terminal of this process is drawn on. */
export function display({ terminal: { environment } }: Invocation): {
  readonly glyphs: Glyphs;
  readonly theme: Theme;
} {
  const theme = themeFor(environment, process.stdout.isTTY === true);
  return { glyphs: glyphsFor(environment), theme };
}

/** The same for pages that are printed: without colours they have no styles at all, as text has none. */
export function pageDisplay(invocation: Invocation): ReturnType<typeof display> {
  const { glyphs, theme } = display(invocation);
  return { glyphs, theme: theme.depth === "mono" ? { ...theme, depth: "none" } : theme };
}

/** Whether somebody can look and type: a terminal on both sides, and not that of a CI log. */
export function isInteractive({ terminal: { environment } }: Invocation): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !environment.CI;
}

/** Shows the store until the user quits; the exit code. */
export function openStore(
  invocation: Invocation,
  options: Omit<UiOptions, keyof UiSurroundings | "store"> &
    Partial<Pick<UiOptions, "glyphs" | "theme">>,
): Promise<number> {
  const { environment, folder } = invocation.terminal;
  const store = storePath(invocation);
  return openUi({
    ...display(invocation),
    ...options,
    store,
    environment,
    folder,
    stdin: process.stdin,
    stdout: process.stdout,
    ignored: ignoredSignals(environment),
    writeChart: async (chart) => {
      const { writeChart } = await import("../ui/write-chart.ts");
      return writeChart({ store, folder }, chart);
    },
    annotate: (change) => annotate(store, change, { waitMs: LONGEST_WAIT_MS }),
  });
}
