import { program } from "@ablate/assets";
import { type Verb, verbNamed } from "../verbs.ts";
import { parseFlags } from "./arguments.ts";
import { asCalled } from "./called.ts";
import type { Command } from "./command.ts";
import { describeError, UnknownFlagError, UsageError } from "./errors.ts";
import type { Flags } from "./flags.ts";
import { overview, verbHelp } from "./help.ts";
import { processTerminal, shielded, type Terminal } from "./terminal.ts";
import { unknownVerb } from "./unknown-verb.ts";

/** Runs one command line and says how to exit; the only catch of everything. */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const shield = shielded(terminal);
  try {
    return await dispatch(argv, shield);
  } catch (error) {
    const { text, exitCode } = describeError(error, shield.paintWarning);
    shield.warn(`${text}\n`);
    return exitCode;
  }
}

/** Ends the process with a sentence where something was thrown outside of the command; the UI has its own way. */
export function crashed(error: unknown): void {
  if (process.listenerCount("uncaughtException") > 1) return;
  const { text, exitCode } = describeError(error, (_style, plain) => plain);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

async function dispatch(given: readonly string[], terminal: Terminal): Promise<number> {
  const argv = commandFirst(given);
  const [first, ...rest] = argv;
  if (first !== undefined && VERSION_WORDS.has(first)) {
    terminal.write(`ablate ${program().version}\n`);
    return 0;
  }
  if (first === "complete") {
    const { complete } = await import("./complete.ts");
    await terminal.pour(await complete(rest, terminal));
    return 0;
  }
  const wantsHelp = first === "--help" || first === "-h" || first === "help";
  if (first === undefined || (wantsHelp && rest.length === 0)) {
    (wantsHelp ? terminal.write : terminal.warn)(asCalled(overview(), terminal.environment));
    return wantsHelp ? 0 : 2;
  }
  const [name = "", ...args] = wantsHelp ? [...rest, "--help"] : argv;
  const verb = verbNamed(name);
  if (verb === undefined) throw new UsageError(unknownVerb(name, args));

  const { command } = await verb.load();
  const flags = await readFlags(verb, command, { ...terminal, argv: args });
  if (flags.has("help")) {
    terminal.write(asCalled(verbHelp(verb, command), terminal.environment));
    return 0;
  }
  return command.run({ flags, terminal, version: program().version });
}

const VERSION_WORDS: ReadonlySet<string> = new Set(["--version", "-v", "-V", "version"]);

/** Returns the words with `--store` and `--json`, which many commands take, behind the command. */
function commandFirst(argv: readonly string[]): readonly string[] {
  let at = 0;
  for (;;) {
    const word = argv[at] ?? "";
    if (word === "--store" && argv[at + 1] !== undefined) at += 2;
    else if (word === "--json" || word.startsWith("--store=")) at += 1;
    else break;
  }
  const [name, ...args] = argv.slice(at);
  return at === 0 || name === undefined || verbNamed(name) === undefined
    ? argv
    : [name, ...argv.slice(0, at), ...args];
}

/** Reads the flags of a verb; one that is a key of a config in other programs is answered with ours. */
async function readFlags(
  verb: Verb,
  command: Command,
  around: Parameters<typeof parseFlags>[2],
): Promise<Flags> {
  try {
    return parseFlags(verb, command, around);
  } catch (error) {
    if (!(error instanceof UnknownFlagError)) throw error;
    const { hintForFlag } = await import("./flags-elsewhere.ts");
    const hint = hintForFlag(error, verb, command.options);
    throw hint === null ? error : new UsageError(`${verb.name} has no flag ${error.flag}; ${hint}`);
  }
}
