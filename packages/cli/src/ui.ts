/** Opens the UI on the terminal of this process. */
import { annotate } from "@ablate/store";
import { type Glyphs, glyphsFor, openUi, type Theme, themeFor, type UiOptions } from "@ablate/tui";
import type { Invocation } from "./command-line/command.ts";
import { storePath } from "./store.ts";

/** Keys wait as long as a tag is being written. */
const LONGEST_WAIT_MS = 300;

/** How the terminal of this process is drawn on. */
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
  options: Pick<UiOptions, "view" | "run" | "marks"> & Partial<Pick<UiOptions, "glyphs" | "theme">>,
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
    annotate: (change) => annotate(store, change, { waitMs: LONGEST_WAIT_MS }),
  });
}
