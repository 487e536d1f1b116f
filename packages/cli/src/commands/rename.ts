import type { Command } from "../command-line/command.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { annotateStore } from "./tag.ts";

export const command: Command = {
  about:
    "Gives a run another label, and with it another name in its grid. Its identity stays: the same config still finds it.",
  options: STORE_OPTION,
  examples: [
    ["ablate rename quickstart/v5 kaiming", "quickstart/kaiming; it stays what it is"],
    ["ablate rename v5 quickstart/kaiming", "the same"],
  ],
  see: ["ablate runs"],
  run: (invocation) => {
    const [target = "", name = ""] = invocation.flags.positionals;
    return annotateStore(invocation, { kind: "rename", target, name });
  },
};
