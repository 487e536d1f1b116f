/** Commands in the documents do what they say; those with output shown beside them have tests of their own. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { verbNamed } from "../src/verbs.ts";
import { blocks, page } from "./documents.ts";
import { checkoutFolder, commandsOf, inShell } from "./drawn-page.ts";
import { makeFolder } from "./make.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Their commands are run by the test named after them; the others' here. */
const ELSEWHERE = [
  ...["tutorial", "compare", "export", "diagnostics", "machines", "python"],
  ...["gallery", "coming-from"],
].map((name) => `docs/${name}.md`);
const guides = readdirSync(join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const pages = [...guides, "CONTRIBUTING.md", "configs/README.md", "README.md"];
const commands = pages
  .filter((path) => !ELSEWHERE.includes(path))
  .map((path) => ({
    path,
    lines: ["", "sh"].flatMap((language) => blocks(page(path), language)).flatMap(commandsOf),
  }))
  .filter(({ lines }) => lines.length > 0);
/** These run alone, so that it is told where they do not run. */
const queries = commands.flatMap(({ path, lines }) =>
  lines.filter(isSqlite3).map((line) => ({ path, line })),
);
const TRAIN = /ablate(-lab)? (run|verify|demo)\b/;
/** What only a run of thousands of steps has; the runs here have 20, without an evaluation. */
const LATER = /valid<2\.4' --steps 100-300/;
const lacksSqlite3 = !process.env.CI && spawnSync("sqlite3", ["--version"]).status !== 0;

/** What pages begin with: one run of each variant; for docs/ui.md three, of other seeds. */
let trained = "";
let seeds = "";

beforeAll(() => {
  trained = checkoutFolder();
  seeds = checkoutFolder();
  writeFileSync(join(trained, "best.sql"), "select run, valid_loss from runs");
  const names = readFileSync(join(ROOT, "data/names.txt"), "utf8").split("\n");
  writeFileSync(join(trained, "few.txt"), names.slice(0, 1000).join("\n"));
  for (const [place, line] of [
    [trained, "ablate demo --steps 20 --quiet"],
    [
      seeds,
      "ablate run configs/quickstart.yaml --steps 20 --seeds 1,2,3 --set record.evaluate=none",
    ],
  ] as const) {
    const { status, stderr } = inShell(line, place, { store: "ablate.db" });
    expect(status, stderr).toBe(0);
  }
  copyFileSync(join(seeds, "ablate.db"), join(seeds, "other.db"));
  mkdirSync(join(seeds, "runs"));
  writeFileSync(join(seeds, "runs", "metrics.csv"), "step,loss\n0,3\n1,2\n");
  mkdirSync(join(trained, "runs", "sine"), { recursive: true });
  writeFileSync(join(trained, "runs", "sine", "adam.csv"), "step,loss\n0,3\n1,2\n");
}, 120_000);

test("pages whose commands are run elsewhere have a test of their name", () => {
  const tests = readdirSync(new URL(".", import.meta.url));

  for (const path of ELSEWHERE) {
    expect(tests).toContain(`${path.replace("docs/", "").replace(".md", "")}-docs.test.ts`);
  }
});

test.each(commands)("the commands of $path run from its top to its end", ({ path, lines }) => {
  const folder = folderFor(path);

  for (const line of lines.filter((one) => !isSqlite3(one))) {
    const short = TRAIN.test(line)
      ? `${line} --steps 20`
      : line.replace(LATER, "loss<9' --steps 5-15");
    const { status, stderr } = inShell(`${short}${quick(line)}`, folder, { store: "ablate.db" });
    expect.soft(status, `${line}: ${stderr}`).toBe(0);
  }
});

test.skipIf(lacksSqlite3).each(queries)("$path: $line", ({ line }) => {
  const { status, stderr } = inShell(line, copyOf(trained), { store: "ablate.db" });

  expect(status, stderr).toBe(0);
});

test("what is named within the text has a verb and flags that exist", async () => {
  const named = pages.flatMap((path) =>
    [...prose(path).matchAll(/`(?:\.{0,2}\/)?ablate ([^`]+)`/g)].map(([, words = ""]) => words),
  );

  expect(named.length).toBeGreaterThan(80);
  for (const words of named) {
    const [name = ""] = words.split(/\s/);
    if (/^(--|\.\.\.|complete\b)/.test(name)) continue;
    const verb = verbNamed(name);
    if (verb === undefined) throw new Error(`there is no verb "${name}" in \`ablate ${words}\``);
    const { options } = (await verb.load()).command;
    const flags = [...words.matchAll(/ --([a-z-]+)/g)].map(([, flag = ""]) => flag);
    expect([...Object.keys(options), "help"], `ablate ${words}`).toEqual(
      expect.arrayContaining(flags),
    );
  }
});

test("what pnpm is asked for is there", () => {
  const { scripts }: { scripts: object } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const asked = pages.flatMap((path) =>
    [...page(path).matchAll(/npx (?:-y )?pnpm@12 ([\w:-]+)/g)].map(([, name = ""]) => name),
  );

  const known = [...Object.keys(scripts), "install", "vitest"];
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(10);
});

/** What evaluates all names takes seconds; `verify`, which stores nothing, can do with fewer of them. */
function quick(line: string): string {
  if (/ablate run /.test(line)) return " --set record.evaluate=none";
  return /ablate verify /.test(line) ? " --set data.file=few.txt" : "";
}

/** A page without its blocks of code, its lines joined. */
function prose(path: string): string {
  return page(path)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/\s+/g, " ");
}

/** README.md begins in an empty folder, but for what its script leaves. */
function folderFor(path: string): string {
  if (path !== "README.md") return copyOf(path === "docs/ui.md" ? seeds : trained);
  const empty = makeFolder();
  cpSync(join(trained, "runs"), join(empty, "runs"), { recursive: true });
  return empty;
}

function isSqlite3(line: string): boolean {
  return line.startsWith("sqlite3 ");
}

function copyOf(folder: string): string {
  const copy = checkoutFolder();
  cpSync(folder, copy, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  return copy;
}
