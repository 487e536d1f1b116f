import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { blocks, page } from "./documents.ts";
import { ablate } from "./make.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const examples = readdirSync(join(ROOT, "packages"))
  .filter((name) => existsSync(join(ROOT, "packages", name, "README.md")))
  .flatMap((name) =>
    blocks(page(`packages/${name}/README.md`), "ts").map((code) => ({ name, code })),
  );

test("the packages that others use show one example each, of ten lines at most", () => {
  const names = examples.map(({ name }) => name);

  expect(names).toEqual([...new Set(names)]);
  expect(names).toEqual(expect.arrayContaining(["cli", "report", "runner", "store", "tui"]));
  for (const { name, code } of examples)
    expect(code.trim().split("\n").length, name).toBeLessThan(11);
});

test("every example has sound types", () => {
  const folder = checkout();
  for (const { name, code } of examples) writeFileSync(join(folder, `${name}.ts`), code);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));

  const { stdout } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], {
    encoding: "utf8",
  });

  expect(stdout).toBe("");
});

test.each(examples)("the example of $name prints what it says", async ({ name, code }) => {
  const folder = checkout();
  if (["report", "store", "tui"].includes(name)) {
    await ablate(
      folder,
      "run",
      "configs/quickstart.yaml",
      "--only",
      "v1",
      "--steps",
      "64",
      "--quiet",
    );
  }
  writeFileSync(join(folder, "example.ts"), code);
  const said = [...code.matchAll(/\/\/ (.*)$/gm)].flatMap(([, text = ""]) => text.split(", "));

  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@ablate/source", "example.ts"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );

  expect(stderr).toBe("");
  expect(stdout.trim().split("\n")).toEqual(said);
});

/** A folder that looks like the root of a checkout, from which the packages can be imported. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-readme-"));
  for (const name of ["ablate", "configs", "data"])
    symlinkSync(join(ROOT, name), join(folder, name));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(
    join(ROOT, "packages/cli/node_modules/@ablate"),
    join(folder, "node_modules/@ablate"),
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

const tsconfig = {
  extends: join(ROOT, "tsconfig.json"),
  compilerOptions: { noEmit: true, typeRoots: [join(ROOT, "node_modules/@types")] },
  include: ["*.ts", join(ROOT, "packages/*/src/**/*.d.ts")],
};
