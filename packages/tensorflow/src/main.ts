/** `pnpm tensorflow`: gets the native part of tfjs-node, or removes it. */
import { parseArgs } from "node:util";
import { remove } from "./cache.ts";
import { cacheFolder, findPackage } from "./package.ts";
import { provision } from "./provision.ts";
import { codeOf, ProvisionError, reasonOf, Terminal } from "./work.ts";

const FAILED = 1;
const MISUSED = 2;
const STOPPED = 130;
const HELP = `usage: pnpm tensorflow [--remove] [--package DIR]

Gets the native part of @tensorflow/tfjs-node, so that the engine tfjs runs on TensorFlow itself. Without it
that engine runs on WebAssembly; nothing else needs it.

  --remove       remove the links of this checkout and the cache of all
  --package DIR  an installed @tensorflow/tfjs-node other than that of this checkout
  -h, --help     show this help

It goes to $XDG_CACHE_HOME/ablate/tensorflow (~/.cache where that is not set); $CXX names the compiler.
`;

process.exitCode = await main(process.argv.slice(2), new Terminal());

async function main(argv: string[], terminal: Terminal): Promise<number> {
  const flags = read(argv);
  if (typeof flags === "string") {
    terminal.note(`tensorflow: ${flags}; see \`pnpm tensorflow --help\``);
    return MISUSED;
  }
  if (flags.help) {
    terminal.result(HELP.trimEnd());
    return 0;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  try {
    const cache = cacheFolder(process.env);
    const work = { target: findPackage(flags.package), cache, terminal, signal: stop.signal };
    if (flags.remove) remove(work);
    else await provision(work);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      terminal.note("tensorflow: stopped; nothing is left of it");
      return STOPPED;
    }
    if (!(error instanceof ProvisionError) && codeOf(error) === "") throw error;
    terminal.note(`tensorflow: ${reasonOf(error)}`);
    if (!flags.remove) terminal.note("the engine tfjs runs on WebAssembly meanwhile");
    return FAILED;
  }
}

type Flags = { readonly remove: boolean; readonly help: boolean; readonly package?: string };

function read(args: string[]): Flags | string {
  const options = {
    remove: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
    package: { type: "string" },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    return reasonOf(error).split(". ")[0] ?? "";
  }
}
