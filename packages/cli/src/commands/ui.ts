import { annotate } from "@ablate/store";
import {
  drawOnce,
  type Glyphs,
  glyphsFor,
  openUi,
  type Theme,
  themeFor,
  type UiOptions,
  VIEW_NAMES,
} from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { ignoredSignals } from "../command-line/ignored-signals.ts";
import { ALL_OPTION, STORE_OPTION } from "../command-line/options.ts";
import { storePath, withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";

const GLYPHS: readonly Glyphs[] = ["braille", "block", "ascii"];
const BACKGROUNDS = ["dark", "light"] as const;

export const command: Command = {
  about:
    "Opens the runs of a store on the whole terminal: a list, charts, one run, runs side by side, the inside of a network layer by layer, and findings. It follows what another process trains. ? lists the keys, q leaves. Without a terminal, or with --once, it prints one frame.",
  options: {
    ...STORE_OPTION,
    view: { value: "NAME", choices: VIEW_NAMES, help: `the first view: ${VIEW_NAMES.join(", ")}` },
    run: { value: "RUN", help: "open this run" },
    ...ALL_OPTION,
    glyphs: {
      value: "NAME",
      choices: GLYPHS,
      help: `what charts are drawn with: ${GLYPHS.join(", ")}`,
    },
    theme: { value: "NAME", choices: BACKGROUNDS, help: "the terminal's background: dark, light" },
    once: { help: "print one frame and end" },
    size: { value: "COLSxROWS", help: "size of that frame (default: the terminal's, else 120x40)" },
  },
  examples: [
    ["ablate ui", "browse ablate.db, also while another process trains; ? lists the keys"],
    ["ablate ui --view charts", "begin with the charts"],
    ["ablate ui --once --size 120x40 --run v7", "one frame as text, for scripts"],
  ],
  environment: [
    ["TERM, COLORTERM", "which colours and characters the terminal has"],
    ["XDG_STATE_HOME", "where the last view is remembered (~/.local/state)"],
  ],
  see: ["docs/ui.md", "docs/tutorial.md", "ablate show", "ablate watch"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const shown = {
      view: flags.choice("view", VIEW_NAMES),
      run: runOf(invocation),
      isAll: flags.has("all"),
      ...displayOf(invocation),
    };
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    const hasCursor = terminal.environment.TERM !== "dumb";
    if (flags.has("once") || !isTerminal || !hasCursor) {
      terminal.write(drawOnce({ ...shown, store: storePath(invocation), size: sizeOf(flags) }));
      return 0;
    }
    if (flags.has("size")) {
      throw new UsageError("--size goes with --once; otherwise the terminal has its own");
    }
    return openStore(invocation, shown);
  },
};

/** Finds the exact name of the run that --run means. @throws UsageError - if there is no store */
function runOf(invocation: Invocation): string | undefined {
  const wanted = invocation.flags.text("run");
  return withReader(invocation, (reader) =>
    wanted === undefined ? undefined : findRun(reader, wanted).name,
  );
}

function displayOf(invocation: Invocation): { readonly glyphs: Glyphs; readonly theme: Theme } {
  const { flags } = invocation;
  const { glyphs, theme } = display(invocation);
  const background = flags.choice("theme", BACKGROUNDS) ?? theme.background;
  return { glyphs: flags.choice("glyphs", GLYPHS) ?? glyphs, theme: { ...theme, background } };
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

/** Whether somebody can look and type: a terminal on both sides, and not that of a CI log. */
export function isInteractive({ terminal: { environment } }: Invocation): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !environment.CI;
}

/** Shows the store until the user quits; the exit code. */
export function openStore(
  invocation: Invocation,
  options: Pick<UiOptions, "view" | "run" | "isAll" | "marks"> &
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
    annotate: (change) => annotate(store, change, { waitMs: LONGEST_WAIT_MS }),
  });
}
