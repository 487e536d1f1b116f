import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { COMPLETION_SCRIPTS, isShell } from "../completion/scripts.ts";

export const command: Command = {
  about: [
    "Prints a script for bash, zsh or fish that the shell reads when it starts. From then on the tab key completes verbs, options and their values, files, and the names of runs, grids and tags from the store of the working folder, of --store or of ABLATE_STORE.",
  ],
  options: {},
  examples: [
    [`echo 'eval "$(ablate completion bash)"' >> ~/.bashrc`, "from the next bash on"],
    [`echo 'eval "$(ablate completion zsh)"' >> ~/.zshrc`, "from the next zsh on"],
    ["ablate completion fish > ~/.config/fish/completions/ablate.fish", "from now on"],
  ],
  see: ["README.md"],
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
