import type { Command } from "../command-line/command.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { annotateStore } from "./tag.ts";

export const command: Command = {
  about:
    "Gives a run another label, and so another name within its grid. The run itself does not change: its config still finds it.",
  options: STORE_OPTION,
  examples: [
    ["ablate rename quickstart/v5 kaiming", "it is now quickstart/kaiming"],
    ["ablate rename quickstart/kaiming v5", "and back again"],
  ],
  see: ["ablate runs"],
  run: (invocation) => {
    const [target = "", name = ""] = invocation.flags.positionals;
    return annotateStore(invocation, { kind: "rename", target, name });
  },
};
