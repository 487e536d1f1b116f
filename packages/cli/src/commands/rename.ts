import { annotateStore } from "../annotating.ts";
import type { Command } from "../command-line/command.ts";
import { STORE_OPTION } from "../command-line/options.ts";

export const command: Command = {
  positionals: ["RUN", "NAME"],
  options: STORE_OPTION,
  examples: [
    ["ablate rename quickstart/v5 kaiming", "quickstart/kaiming; it stays what it is"],
    ["ablate rename v5 quickstart/kaiming", "the same"],
  ],
  run: (invocation) => {
    const [target = "", name = ""] = invocation.flags.positionals;
    return annotateStore(invocation, { kind: "rename", target, name });
  },
};
