/** What to say to a first word that is no command. */
import { closest, shellWord } from "@ablate/text";
import { VERBS, verbNamed } from "../verbs.ts";

/** Commands of other programs, and what does the same here. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  "new FILE": ["init", "create", "scaffold", "template"],
  "plan CONFIG": ["check", "validate", "lint", "dry-run", "dryrun", "preview", "expand"],
  "run CONFIG": ["train", "fit", "start", "sweep", "launch", "resume", "continue", "exec", "grid"],
  watch: ["status", "progress", "top", "tail", "follow", "monitor"],
  "record PATH": ["log", "logs", "ingest"],
  ui: ["tensorboard", "dashboard", "board", "web", "serve", "server", "view", "open", "tui", "gui"],
  runs: ["ls", "list", "ps", "history", "experiments"],
  "show RUN": [
    "info",
    "describe",
    "inspect",
    "get",
    "cat",
    "summary",
    "metrics",
    "evaluate",
    "eval",
  ],
  "config RUN": ["params", "settings", "hparams"],
  "sample RUN": ["generate", "predict", "infer"],
  "diagnose RUN": ["explain", "why", "debug", "health"],
  "query SQL": ["sql", "select"],
  "tag RUN TAG": ["label", "mark"],
  "note RUN TEXT": ["comment", "annotate"],
  "rename RUN NAME": ["mv", "move"],
  "rm RUN": ["delete", "remove", "del", "trash"],
  restore: ["undelete", "undo", "recover"],
  gc: ["clean", "cleanup", "prune", "purge", "vacuum", "empty"],
  "export RUN -o FILE": ["save", "dump", "download", "push", "upload"],
  "import PATH": ["load", "pull", "sync", "merge"],
  "chart RUN": ["plot", "graph", "figure"],
  "worker URL": ["agent", "node"],
  doctor: ["test", "selftest", "repair"],
};

/** Words that ask for something that no command does. */
const NONE: Readonly<Record<string, string>> = {
  stop: "Ctrl-C in the terminal that trains ends it and keeps what is trained",
  kill: "Ctrl-C in the terminal that trains ends it and keeps what is trained",
  cancel: "Ctrl-C in the terminal that trains ends it and keeps what is trained",
  pause: "Ctrl-C in the terminal that trains ends it; `ablate run CONFIG` goes on",
  login: "there is no account, everything stays in a file on this machine",
  logout: "there is no account, everything stays in a file on this machine",
};

/** Returns the sentence for a first word that is no command. */
export function unknownVerb(word: string, rest: readonly string[]): string {
  return `unknown ${word.startsWith("-") ? "flag" : "command"} "${word}"; ${hintFor(word, rest)}`;
}

function hintFor(word: string, rest: readonly string[]): string {
  if (word.startsWith("-")) {
    const verb = rest.find((one) => verbNamed(one) !== undefined);
    return verb === undefined ? SEE_HELP : `write it after the command: \`ablate ${verb} ${word}\``;
  }
  if (Object.hasOwn(NONE, word)) return NONE[word] ?? SEE_HELP;
  const [same] = Object.entries(SAME).find(([, others]) => others.includes(word)) ?? [];
  if (same !== undefined) return `did you mean \`ablate ${same}\`?`;
  if (/\.ya?ml$/.test(word)) return `did you mean \`ablate run ${shellWord(word)}\`?`;
  if (/\.db$|\//.test(word)) return `did you mean \`ablate ui ${shellWord(word)}\`?`;
  const guess = closest(
    word,
    VERBS.map(({ name }) => name),
  );
  return guess === null ? SEE_HELP : `did you mean \`ablate ${guess}\`?`;
}

const SEE_HELP = "see `ablate --help`";
