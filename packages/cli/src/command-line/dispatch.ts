import { program } from "@ablate/assets";
import { closest } from "@ablate/text";
import { VERBS, verbNamed } from "../verbs.ts";
import { parseFlags } from "./arguments.ts";
import { describeError, UsageError } from "./errors.ts";
import { overview, verbHelp } from "./help.ts";
import { processTerminal, shielded, type Terminal } from "./terminal.ts";

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

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-V") {
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
    (wantsHelp ? terminal.write : terminal.warn)(overview());
    return wantsHelp ? 0 : 2;
  }
  const [name = "", ...args] = wantsHelp ? [...rest, "--help"] : argv;
  const verb = verbNamed(name);
  if (verb === undefined) throw new UsageError(unknownVerb(name));

  const { command } = await verb.load();
  const flags = parseFlags(verb, command, { ...terminal, argv: args });
  if (flags.has("help")) {
    terminal.write(verbHelp(verb, command));
    return 0;
  }
  return command.run({ flags, terminal, version: program().version });
}

/** Flags that many commands take, where one may be tempted to write them first. */
const OF_MANY_COMMANDS = /^--(?:store|json)(?:=|$)/;

const SEE_HELP = "see `ablate --help`";

function unknownVerb(name: string): string {
  const kind = name.startsWith("-") ? "flag" : "command";
  const names = VERBS.map((verb) => verb.name);
  const guess = closest(name, names);
  const isLate = OF_MANY_COMMANDS.test(name);
  const help = isLate ? `write it after the command: \`ablate runs ${name} ...\`` : SEE_HELP;
  const hint = guess === null || isLate ? help : `did you mean \`ablate ${guess}\`?`;
  return `unknown ${kind} "${name}"; ${hint}`;
}
