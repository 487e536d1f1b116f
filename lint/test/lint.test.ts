/** The checks of `pnpm check` that are this project's own. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Lints sources under this project's rules; returns what Biome says, a line for each `file:line:column rule`. */
function lint(sources: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-lint-"));
  for (const file of ["biome.json", "lint/store-takes-types.grit"]) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  for (const [file, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  const { stdout, stderr } = spawnSync(
    join(ROOT, "node_modules/.bin/biome"),
    ["lint", "--colors=off", "--vcs-enabled=false", ...Object.keys(sources)],
    { cwd: folder, encoding: "utf8" },
  );
  return stdout + stderr;
}

function importing(name: string): string {
  return `import { a } from "${name}";\nexport const b = a;\n`;
}

test("the store takes types from core, and none of its code", () => {
  const said = lint({
    "packages/store/src/code.ts": importing("@ablate/core"),
    "packages/store/src/types.ts": 'import type { A } from "@ablate/core";\nexport type B = A;\n',
    "packages/runner/src/code.ts": importing("@ablate/core"),
  });

  expect(said).toContain("packages/store/src/code.ts:1:1 plugin");
  expect(said).not.toContain("types.ts");
  expect(said).not.toContain("packages/runner");
});

test("a package imports only those below it", () => {
  const refused = [
    ["core", "store"],
    ["store", "runner"],
    ["tui", "core"],
    ["report", "tui"],
    ["runner", "cli"],
    ["text", "store"],
  ];
  const sources = refused.map(([from, to]) => [
    `packages/${from}/src/a.ts`,
    importing(`@ablate/${to}`),
  ]);

  const said = lint(Object.fromEntries(sources));

  for (const [from, to] of refused) expect(said).toContain(`${from} must not know ${to}`);
});

test("two files that import each other are refused, types included", () => {
  const said = lint({
    "a.ts": 'import type { B } from "./b.ts";\nexport type A = B | 1;\n',
    "b.ts": 'import type { A } from "./a.ts";\nexport type B = A | 2;\n',
  });

  expect(said).toContain("a.ts:1:24 lint/suspicious/noImportCycles");
});

test("words that the glossary lists as not used are refused in documents and strings", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-words-"));
  mkdirSync(join(folder, "docs"));
  mkdirSync(join(folder, "packages/a/src"), { recursive: true });
  cpSync(join(ROOT, "docs/glossary.md"), join(folder, "docs/glossary.md"));
  writeFileSync(join(folder, "README.md"), "It is\nheld\nagainst PyTorch.\n");
  const source = '/** Mends it. */\nexport const help = "mends it";\n// "mends"\n';
  writeFileSync(join(folder, "packages/a/src/a.ts"), source);

  const { stderr, status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(ROOT, "lint/check-words.ts"), folder],
    { encoding: "utf8" },
  );

  expect(stderr.split("\n")).toEqual([
    'README.md:2: "held\nagainst" is not one of our words; write: compared with, checked against'.replace(
      "\n",
      " ",
    ),
    'packages/a/src/a.ts:2: "mends" is not one of our words; write: repair, fix',
    "",
  ]);
  expect(status).toBe(1);
});

test("every file that docs/architecture.md names is there", () => {
  const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const named = [
    ...page.matchAll(
      /(?<!packages\/)\b(core|store|runner|tui|cli|text)\/([a-z0-9/-]+(?:\.ts|\/))/g,
    ),
  ];

  const missing = named.filter(
    ([, name = "", path = ""]) =>
      !existsSync(join(ROOT, "packages", name, path.startsWith("kernels/") ? "" : "src", path)),
  );

  expect(named.length).toBeGreaterThan(40);
  expect(missing.map(([text]) => text)).toEqual([]);
});
