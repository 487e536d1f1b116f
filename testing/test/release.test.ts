/** Files that the site which hosts the repository reads, as its schemas and an auditor of workflows take them. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../python.ts";

const ROOT = join(import.meta.dirname, "../..");
const WORKFLOWS = ".github/workflows";
const CHANGESET = join(ROOT, "node_modules/@changesets/cli/bin.js");
const { env, missing } = pythonWith("release");
const because = missing === null ? "" : ` (skipped: ${missing})`;

test.skipIf(missing).for([
  { schema: "github-workflows", files: [`${WORKFLOWS}/ci.yml`, `${WORKFLOWS}/release.yml`] },
  {
    schema: "github-issue-forms",
    files: [".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml"],
  },
  { schema: "github-issue-config", files: [".github/ISSUE_TEMPLATE/config.yml"] },
  { schema: "dependabot", files: [".github/dependabot.yml"] },
  { schema: "citation-file-format", files: ["CITATION.cff"] },
])(`files are valid by the schema $schema${because}`, ({ schema, files }) => {
  const { status, stdout, stderr } = checked(`vendor.${schema}`, files);

  expect(status, `${stdout}${stderr}`).toBe(0);
});

test.skipIf(missing)(`the schema refuses a workflow with a key that is none${because}`, () => {
  const file = join(temporary(), "ci.yml");
  const text = readFileSync(join(ROOT, WORKFLOWS, "ci.yml"), "utf8");
  writeFileSync(file, text.replace("runs-on:", "run-on:"));

  expect(checked("vendor.github-workflows", [file]).status).not.toBe(0);
});

test.skipIf(missing)(`an auditor finds nothing unsafe in the workflows${because}`, () => {
  const safe = audited(".github");
  const folder = temporary();
  const text = readFileSync(join(ROOT, WORKFLOWS, "ci.yml"), "utf8");
  const unsafe = join(folder, "ci.yml");
  writeFileSync(unsafe, text.replace(/checkout@\w+/, "checkout@v5").replace("permissions: {}", ""));

  expect(safe.status, `${safe.stdout}${safe.stderr}`).toBe(0);
  expect(audited(unsafe).status).not.toBe(0);
});

test("the address of the repository stands in package.json alone", () => {
  const { repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const address = repository?.url.replace(/^git\+|\.git$/g, "") ?? "no address yet";
  const { stdout } = spawnSync("git", ["grep", "-l", "--fixed-strings", address, ":!testing/"], {
    cwd: ROOT,
    encoding: "utf8",
  });

  expect(stdout).toBe(repository === undefined ? "" : "package.json\n");
});

test("a release raises every version, and moves changesets into the changelog", () => {
  const checkout = temporary();
  for (const file of [
    ".changeset",
    "release",
    "CHANGELOG.md",
    "CITATION.cff",
    "package.json",
    "pnpm-workspace.yaml",
    "packages/cli/package.json",
    "clients/tfjs/package.json",
    "clients/python/src/ablate_lab/__init__.py",
  ]) {
    mkdirSync(join(checkout, file, ".."), { recursive: true });
    cpSync(join(ROOT, file), join(checkout, file), { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(join(checkout, "pnpm-lock.yaml"), "");
  symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  writeFileSync(
    join(checkout, ".changeset/a-test.md"),
    '---\n"ablate-lab": minor\n---\n\nA test is new.\n',
  );

  const said = spawnSync(process.execPath, [CHANGESET, "version"], {
    cwd: checkout,
    encoding: "utf8",
  });
  expect(said.status, `${said.stdout}${said.stderr}`).toBe(0);
  const copied = spawnSync(process.execPath, ["release/copy-version.ts"], { cwd: checkout });
  expect(copied.status, `${copied.stderr}`).toBe(0);

  const read = (file: string): string => readFileSync(join(checkout, file), "utf8");
  const { version } = JSON.parse(read("packages/cli/package.json"));
  expect(version).toMatch(/^0\.\d+\.0$/);
  expect(version).not.toBe(
    JSON.parse(readFileSync(join(ROOT, "release/package.json"), "utf8")).version,
  );
  expect(read("clients/python/src/ablate_lab/__init__.py")).toContain(`= "${version}"`);
  expect(read("CITATION.cff")).toMatch(
    new RegExp(`^version: ${version}\ndate-released: \\d{4}-`, "m"),
  );
  expect(read("CHANGELOG.md")).toMatch(new RegExp(`## ${version}\n[^]*A test is new`));
  expect(readdirSync(join(checkout, ".changeset"))).toEqual(["config.json"]);
});

function checked(schema: string, files: readonly string[]) {
  return spawnSync("python3", ["-m", "check_jsonschema", "--builtin-schema", schema, ...files], {
    cwd: ROOT,
    encoding: "utf8",
    env,
  });
}

function audited(target: string) {
  const folder = process.env.ABLATE_PYTHON_RELEASE;
  const zizmor = folder === undefined ? "zizmor" : join(folder, "bin/zizmor");
  return spawnSync(zizmor, ["--offline", "--no-progress", target], { cwd: ROOT, encoding: "utf8" });
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), "release-"));
}
