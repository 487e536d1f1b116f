import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { COMPLETION_SCRIPTS, isShell } from "../completion/scripts.ts";

export const command: Command = {
  positionals: ["SHELL"],
  options: {},
  examples: [
    [`echo 'eval "$(ablate completion bash)"' >> ~/.bashrc`, "from the next bash on"],
    [`echo 'eval "$(ablate completion zsh)"' >> ~/.zshrc`, "from the next zsh on"],
    ["ablate completion fish > ~/.config/fish/completions/ablate.fish", "from now on"],
  ],
  run: ({ flags, terminal }) => {
    const [shell = ""] = flags.positionals;
    if (!isShell(shell)) {
      const known = Object.keys(COMPLETION_SCRIPTS).join(", ");
      throw new UsageError(`there is no completion for "${shell}"; there is for ${known}`);
    }
    terminal.write(COMPLETION_SCRIPTS[shell]);
    return 0;
  },
};
