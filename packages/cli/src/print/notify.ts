/** Tells the end of a grid to who looks at something else. */
import { NOTICES, type Notice, notification, sealed } from "@ablate/text";
import type { HelpRow, Invocation, Option } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Terminal } from "../command-line/terminal.ts";

export const NOTIFY_OPTION: { readonly notify: Option } = {
  notify: { help: "when a grid ends, ring the bell and show a notification of the desktop" },
};

export const NOTIFY: HelpRow = [
  "ABLATE_NOTIFY",
  `${NOTICES.join(", ")}: how the end of a grid is told, also without --notify`,
];

/** Returns how the end of a grid is to be told; null: not at all. @throws UsageError - if the environment asks for something else */
export function wantedNotice({
  flags,
  terminal: { environment },
}: Pick<Invocation, "flags" | "terminal">): Notice | null {
  const { ABLATE_NOTIFY: usual = "" } = environment;
  const found = NOTICES.find((notice) => notice === usual);
  if (found !== undefined) return found;
  if (usual !== "") {
    throw new UsageError(`ABLATE_NOTIFY takes one of ${NOTICES.join(", ")}, not "${usual}"`);
  }
  return flags.has("notify") ? "both" : null;
}

/** Tells a sentence where stderr or stdout is a terminal that somebody may look at. */
export function notify(terminal: Terminal, notice: Notice | null, sentence: string): void {
  if (notice === null) return;
  const sequence = sealed(notification(sentence, notice, terminal.environment));
  if (terminal.rewrites) terminal.warn(sequence);
  else if (terminal.outputColumns() !== null && !terminal.environment.CI) terminal.write(sequence);
}
