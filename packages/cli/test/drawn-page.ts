/**
 * A page whose commands are run from its top to its end in one folder, as a reader does. A block `sh` has
 * commands only. A block `console` has one command after `$ ` and what it prints; after a line
 * `<!-- only: A; B -->` it has the paragraphs of the output that begin so, and `...` for the others. What
 * comes after `<!-- long -->` takes too long to be run as it stands.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMAND, type Ended } from "./make.ts";

/** A command of a page as it was written, and how it ended. */
export type Told = { readonly line: string; readonly status: number | null; readonly said: string };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BLOCK = /((?:<!-- (?:only: )?(.*) -->\n)?```(sh|console)\n)([\s\S]*?)(```\n)/g;

/** A folder that looks like the root of a checkout. */
export function checkoutFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-page-"));
  for (const name of ["configs", "data", "docs"]) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** Runs the commands of a page in `folder`; the page with what they print now. */
export function drawPage(
  page: string,
  folder: string,
): { readonly drawn: string; readonly told: readonly Told[] } {
  const told: Told[] = [];
  const run = (line: string): string => {
    const { status, stdout, stderr } = inShell(line, folder);
    told.push({ line, status, said: stderr });
    return plain(stdout, folder);
  };
  const drawn = page.replace(
    BLOCK,
    (block, head: string, only: string | undefined, kind: string, text: string, tail: string) => {
      if (only === "long") return block;
      if (kind === "sh") {
        for (const line of commandsOf(text)) run(line);
        return head + text + tail;
      }
      const [line = ""] = commandsOf(text.replace(/^\$ /, ""));
      return `${head}$ ${line}\n${paragraphs(run(line), only)}${tail}`;
    },
  );
  return { drawn, told };
}

/** Our commands in a block, without what is said of them; one goes on to the next line within its quotes. */
export function commandsOf(text: string): readonly string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if ((open.match(/"/g) ?? []).length % 2 === 1) continue;
    if (/^(.*\.\/ablate|ablate|npx -y ablate-lab|sqlite3) /.test(open))
      commands.push(open.replace(/ +# [^"]*$/, ""));
    open = "";
  }
  return commands;
}

/** Runs a line in a shell to which `ablate`, however it is called, is the command of this checkout. */
export function inShell(
  line: string,
  folder: string,
  { store = "tutorial.db", home }: { readonly store?: string; readonly home?: string } = {},
): Ended {
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  const named = line.replaceAll("./ablate ", "ablate ").replace("npx -y ablate-lab ", "ablate ");
  const script = `ablate() { ${words} "$@"; }; ${named}`;
  const { ABLATE_STORE: _, NODE_OPTIONS: __, ...rest } = process.env;
  const env = {
    ...rest,
    ABLATE_STORE: store,
    ...(home === undefined ? {} : { HOME: home }),
    NO_COLOR: "1",
    LC_ALL: "C.UTF-8",
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  return spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8", env });
}

/** Paths from the root of the checkout, and no spaces at the ends of lines. */
function plain(text: string, folder: string): string {
  return text.replaceAll(`${folder}/`, "…/").replace(/ +$/gm, "");
}

function paragraphs(text: string, only: string | undefined): string {
  if (only === undefined) return text;
  const parts = text.trimEnd().split("\n\n");
  const wanted = only.split("; ");
  const shown = parts.map((part) =>
    wanted.some((beginning) => part.startsWith(beginning)) ? part : "...",
  );
  return `${shown.filter((part, i) => part !== "..." || shown[i - 1] !== "...").join("\n\n")}\n`;
}
