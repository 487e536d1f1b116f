/** The commands in hints, help and configs are written as this one was called, so that they can be pasted. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A folder without a store, with links to the command in a folder of the PATH and in one with a space. */
function place(): { readonly folder: string; readonly bin: string } {
  const folder = mkdtempSync(join(tmpdir(), "ablate-called-"));
  const bin = join(folder, "bin");
  for (const name of [bin, join(folder, "my tools"), join(folder, "node_modules/.bin")]) {
    mkdirSync(name, { recursive: true });
    symlinkSync(join(ROOT, "ablate"), join(name, "ablate"));
  }
  symlinkSync(join(ROOT, "ablate"), join(folder, "ablate"));
  return { folder, bin };
}

/** How it is called, and how the hint begins. */
const CALLS = [
  ["./ablate", "./ablate"],
  ["sh ablate", "./ablate"],
  ["ablate", "ablate"],
  ["$PWD/ablate", "PLACE/ablate"],
  ["'./my tools/ablate'", "'./my tools/ablate'"],
  ["node_modules/.bin/ablate", "npx ablate-lab"],
  ["npm_lifecycle_event=ablate npm_config_user_agent=pnpm/12.21.0 ./ablate", "pnpm ablate"],
  ["npm_lifecycle_event=ablate npm_config_user_agent=npm/11.0.0 ./ablate", "npm run ablate --"],
] as const;

test.each(CALLS)("called by `%s`, it hints at `%s`", (call, hint) => {
  const { folder, bin } = place();
  const { npm_lifecycle_event: _, npm_config_user_agent: __, PATH, ...env } = process.env;
  const path = PATH?.split(delimiter).filter((one) => !one.includes("/_npx/")) ?? []; // of the tests' own pnpm
  const sh = (words: string): { readonly stdout: string; readonly stderr: string } =>
    spawnSync("sh", ["-c", `${call} ${words}`], {
      cwd: folder,
      encoding: "utf8",
      env: { ...env, PATH: [bin, ...path].join(delimiter) },
    });
  const command = hint.replace("PLACE", folder);

  expect(sh("runs").stderr).toContain(`; \`${command} run CONFIG\` makes one`);
  expect(sh("runs --help").stdout).toContain(`\n  ${command} runs\n`);
  expect(sh("new 'a b.yaml'").stderr).toContain(`; \`${command} plan 'a b.yaml'\` lists its runs`);
  expect(readFileSync(join(folder, "a b.yaml"), "utf8")).toContain(
    `\n#   ${command} run 'a b.yaml' `,
  );
});
