import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { annotateStore } from "./tag.ts";

export const command: Command = {
  about:
    "Says something about a run or a grid, in place of what was said before; an empty text removes it. Up to 2,000 characters. It may be done while the run is trained.",
  options: {
    ...STORE_OPTION,
    remove: { help: "take the note away" },
  },
  examples: [
    ["ablate note quickstart/v1 saturates from the start", "in place of the note it has"],
    ["ablate note quickstart/v1 --remove", "no note again"],
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
