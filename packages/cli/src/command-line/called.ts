/** How the command was called, so that the commands in hints can be pasted. */
import { existsSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { shellWord } from "@ablate/text";

type Environment = Readonly<Record<string, string | undefined>>;

/** The npm package, by whose name npx runs the command. */
const PACKAGE = "ablate-lab";

/** Returns what a user types to call this command: `./ablate`, `npx ablate-lab`, or its name where the PATH finds it. */
export function commandAsCalled(environment: Environment): string {
  const { ABLATE_CALLED_AS: called = "", npm_lifecycle_event: script } = environment;
  if (called === "") return "ablate";
  if (/(?:^|\/)node_modules\/\.bin\//.test(called)) return `npx ${PACKAGE}`;
  if (script === "ablate") return scriptOf(environment);
  const name = basename(called);
  if (called === name) return `./${name}`;
  const folders = (environment.PATH ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return found === called ? name : shellWord(called);
}

/** Returns how the script `ablate` of a checkout is called. */
function scriptOf({ PATH = "", npm_config_user_agent: agent = "" }: Environment): string {
  const [, program, major] = /^(\w+)\/(\d+)/.exec(agent) ?? [];
  if (program === "npm") return "npm run ablate --";
  return PATH.includes("/_npx/") ? `npx pnpm@${major} ablate` : "pnpm ablate";
}

/** Writes the commands in a text as this one was called: "`ablate runs`", and what begins a line or follows `&&`. */
export function asCalled(text: string, environment: Environment): string {
  if (!text.includes("ablate ")) return text;
  const command = commandAsCalled(environment);
  return text.replace(
    /(?<=`|^[ #]*|&& |\| )ablate (?=[a-z-])/gm,
    `${command.replaceAll("$", "$$$$")} `,
  );
}
