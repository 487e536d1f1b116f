import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";

/**
 * Words are taken from the line itself, without their quotes: bash's own are cut at `=`, which names of runs
 * have in them. What takes the place of a word is quoted as the word is.
 */
const BASH = `# ablate completion for bash
_ablate_words() {
  local text="$1" word="" char i
  words=() quote=""
  for ((i = 0; i < \${#text}; i++)); do
    char="\${text:i:1}"
    if [[ $char == "\\\\" && $quote != "'" ]]; then
      ((i += 1))
      word+="\${text:i:1}"
    elif [[ -n $quote && $char == "$quote" ]]; then
      quote=""
    elif [[ -z $quote && ($char == "'" || $char == '"') ]]; then
      quote="$char"
    elif [[ -z $quote && $char == [[:space:]] ]]; then
      [[ -n $word ]] && words+=("$word")
      word=""
    else
      word+="$char"
    fi
  done
  words+=("$word")
}
_ablate() {
  local word tail head quote
  local -a words
  tail="\${COMP_WORDS[COMP_CWORD]}"
  [[ $tail == [=:] ]] && tail=""
  _ablate_words "$tail"
  tail="\${words[0]}"
  _ablate_words "\${COMP_LINE:0:COMP_POINT}"
  head="\${words[\${#words[@]}-1]}"
  head="\${head%"$tail"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    word="\${word#"$head"}"
    [[ -z $quote ]] && printf -v word '%q' "$word"
    COMPREPLY+=("$word")
  done < <("\${words[0]/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[/=] ]]; then compopt -o nospace; fi
}
complete -F _ablate ablate
`;

const ZSH = `#compdef ablate
# ablate completion for zsh
_ablate() {
  local -a ended shown open
  local value text
  while IFS=$'\\t' read -r value text; do
    if [[ $value == *[/=] ]]; then
      open+=("$value")
    else
      ended+=("$value")
      shown+=("$value\${text:+  -- $text}")
    fi
  done < <("\${(Q)words[1]/#\\~/$HOME}" complete -- "\${(Q@)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  compadd -l -d shown -a ended
  compadd -S '' -a open
}
if ! (( $+functions[compdef] )); then autoload -Uz compinit && compinit; fi
compdef _ablate ablate
`;

const FISH = `# ablate completion for fish
function __ablate_complete
    set -l typed (commandline -ct)
    set -l word (string unescape -- $typed; or string unescape -- $typed"'"; or string unescape -- $typed'"')
    test -n "$word"; or set word "$typed"
    set -l words (commandline -opc) "$word"
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    $program complete -- $words[2..-1] 2>/dev/null
end
complete -c ablate -f -a '(__ablate_complete)'
`;

/** What a shell reads once to ask `ablate complete` from then on. */
const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export const command: Command = {
  about:
    "Prints a script for bash, zsh or fish that the shell reads when it starts. Then the tab key completes commands, flags and their values, files, and the names of runs, grids and tags (in filters too, as tag:good) from the store in the current folder, of --store or of ABLATE_STORE. After --set it completes the keys that the config on the line gives, then all other keys, and names of values.",
  options: {},
  examples: [
    ["echo 'eval \"$(ablate completion bash)\"' >> ~/.bashrc", "for every new bash"],
    ["echo 'eval \"$(ablate completion zsh)\"' >> ~/.zshrc", "for every new zsh"],
    [
      "mkdir -p ~/.config/fish/completions && ablate completion fish > ~/.config/fish/completions/ablate.fish",
      "for fish, at once",
    ],
  ],
  see: ["README.md"],
  run: ({ flags, terminal }) => {
    const [shell = ""] = flags.positionals;
    const script = new Map(Object.entries(SCRIPTS)).get(shell);
    if (script === undefined) {
      const known = Object.keys(SCRIPTS).join(", ");
      throw new UsageError(`there is no completion for "${shell}"; there is for ${known}`);
    }
    terminal.write(script);
    return 0;
  },
};
