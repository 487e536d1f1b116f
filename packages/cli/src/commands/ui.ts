import { annotate } from "@ablate/store";

import {
  drawOnce,
  type Glyphs,
  glyphsFor,
  openUi,
  themeFor,
  VIEWS,
  type ViewName,
} from "@ablate/tui";
import type { Command, Flags, Invocation } from "../command.ts";
import { UsageError } from "../errors.ts";
import { STORE_OPTION } from "../options.ts";
import { findRun, storePath, withReader } from "../store.ts";

const GLYPHS: readonly Glyphs[] = ["braille", "block", "ascii"];
const BACKGROUNDS = ["dark", "light"] as const;

export const command: Command = {
  positionals: [],
  options: {
    ...STORE_OPTION,
    view: { type: "string", value: "NAME", help: `the first view: ${VIEWS.join(", ")}` },
    run: { type: "string", value: "RUN", help: "open this run" },
    glyphs: {
      type: "string",
      value: "NAME",
      help: `what charts are drawn with: ${GLYPHS.join(", ")}`,
    },
    theme: { type: "string", value: "NAME", help: "the terminal's background: dark, light" },
    once: { type: "boolean", help: "print one frame and end" },
    size: {
      type: "string",
      value: "COLSxROWS",
      help: "size of that frame (default: the terminal's, else 120x40)",
    },
  },
  examples: [
    ["ablate ui", "browse ablate.db, also while another process trains; ? lists the keys"],
    ["ablate ui --view charts", "begin with the charts"],
    ["ablate ui --once --size 120x40 --run v7", "one frame as text, for scripts"],
  ],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const { stdin, stdout } = process;
    const shown = {
      store: storePath(invocation),
      view: viewOf(flags),
      run: runOf(invocation),
      glyphs: choice(flags, "glyphs", GLYPHS) ?? glyphsFor(terminal.environment),
      theme: themeOf(invocation),
    };
    if (flags.has("once") || !stdout.isTTY || !stdin.isTTY) {
      terminal.write(drawOnce({ ...shown, size: sizeOf(flags) }));
      return 0;
    }
    if (flags.has("size"))
      throw new UsageError("--size goes with --once; the UI has the terminal's size");
    const { environment, folder } = terminal;
    const change = annotator(shown.store);
    return openUi({ ...shown, stdin, stdout, environment, folder, annotate: change });
  },
};

/** What the UI may change in a store, the same as `ablate tag`, `note` and `rename`. */
export function annotator(store: string): (change: Parameters<typeof annotate>[1]) => string {
  return (change) => annotate(store, change);
}

function viewOf(flags: Flags): ViewName | undefined {
  return choice(flags, "view", VIEWS);
}

/** The exact name of the run that --run means; without a store this says so. */
function runOf(invocation: Invocation): string | undefined {
  const wanted = invocation.flags.text("run");
  return withReader(invocation, (reader) =>
    wanted === undefined ? undefined : findRun(reader, wanted).run,
  );
}

function themeOf({ flags, terminal }: Invocation): ReturnType<typeof themeFor> {
  const theme = themeFor(terminal.environment, process.stdout.isTTY === true);
  const background = choice(flags, "theme", BACKGROUNDS) ?? theme.background;
  return { ...theme, background };
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

function choice<T extends string>(flags: Flags, name: string, all: readonly T[]): T | undefined {
  const text = flags.text(name);
  const found = all.find((one) => one === text);
  if (text !== undefined && found === undefined) {
    throw new UsageError(`--${name} takes one of ${all.join(", ")}, not "${text}"`);
  }
  return found;
}
