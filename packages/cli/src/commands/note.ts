import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { annotateStore } from "./tag.ts";

export const command: Command = {
  about:
    "Attaches a note of up to 2,000 characters to a run or a grid; it replaces the earlier note, and an empty text removes it. A run may be in training meanwhile.",
  options: {
    ...STORE_OPTION,
    remove: { help: "remove the note" },
  },
  examples: [
    ["ablate note quickstart/v1 saturates from the start", "attach a note, or replace it"],
    ["ablate note quickstart/v1 --remove", "remove it"],
  ],
  see: ["docs/filter.md", "ablate tag"],
  run: (invocation) => {
    const { flags } = invocation;
    const [target = ""] = flags.positionals;
    const isRemoval = flags.has("remove");
    if (isRemoval && flags.rest.length > 0) {
      throw new UsageError("--remove and TEXT exclude each other; a new text replaces the note");
    }
    if (!isRemoval && flags.rest.length === 0) {
      throw new UsageError("TEXT is missing; usage: ablate note RUN|GRID TEXT... or --remove");
    }
    return annotateStore(invocation, { kind: "note", target, text: flags.rest.join(" ") });
  },
};
