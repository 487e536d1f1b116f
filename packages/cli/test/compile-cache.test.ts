/** The code that Node keeps compiled is read from folders alone that no other user can write to. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BUILT = fileURLToPath(new URL("../dist/command-line/compile-cache.js", import.meta.url));
const ASSETS = fileURLToPath(new URL("../../assets", import.meta.url));
const REPORT = `
import { useCompileCache } from "./packages/cli/dist/command-line/compile-cache.js";
useCompileCache(process.env);
process.stdout.write(process.env.NODE_COMPILE_CACHE ?? "off");
`;

type Installation = { readonly root: string; readonly installed: string; readonly home: string };

/** An installation in little, and a home beside it. */
function installation(): Installation {
  const root = mkdtempSync(join(tmpdir(), "ablate-cache-"));
  const home = join(root, "home");
  for (const folder of [home, join(root, "packages/cli/dist/command-line")]) {
    mkdirSync(folder, { recursive: true });
  }
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true, mode: 0o755 });
  copyFileSync(BUILT, join(root, "packages/cli/dist/command-line/compile-cache.js"));
  cpSync(ASSETS, join(root, "packages/assets"), { recursive: true });
  mkdirSync(join(root, "node_modules/@ablate"));
  symlinkSync(join(root, "packages/assets"), join(root, "node_modules/@ablate/assets"));
  writeFileSync(join(root, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(root, "report.js"), REPORT);
  return { root, home, installed: join(root, "node_modules/.cache/ablate-code") };
}

/** Starts a process there. Returns the folder of its cache. */
function cacheOf(
  { root, home }: Installation,
  more: Readonly<Record<string, string>> = {},
): string {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: root, ...more };
  const { stdout, stderr } = spawnSync(process.execPath, ["report.js"], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout;
}

test("the cache is a private folder of the installation, and none in the temporary files", () => {
  const place = installation();

  expect(cacheOf(place)).toBe(place.installed);

  expect(statSync(place.installed).mode & 0o777).toBe(0o700);
  expect(readdirSync(place.installed)).not.toEqual([]);
  expect(readdirSync(place.root)).not.toContain("node-compile-cache");
});

/** What somebody else can do to the folder before it is used. */
const PLANTED: readonly (readonly [string, (place: Installation) => void])[] = [
  [
    "that all may write to",
    ({ installed }) => {
      mkdirSync(installed);
      chmodSync(installed, 0o777);
    },
  ],
  [
    "that a group may write to",
    ({ installed }) => {
      mkdirSync(installed);
      chmodSync(installed, 0o770);
    },
  ],
  [
    "in a folder that all may write to",
    ({ root }) => chmodSync(join(root, "node_modules/.cache"), 0o777),
  ],
  [
    "that is a link to another place",
    ({ root, installed }) => {
      mkdirSync(join(root, "planted"), { mode: 0o700 });
      symlinkSync(join(root, "planted"), installed);
    },
  ],
  [
    "that cannot be made",
    ({ root }) => {
      rmSync(join(root, "node_modules/.cache"), { recursive: true });
      writeFileSync(join(root, "node_modules/.cache"), "");
    },
  ],
];

test.each(PLANTED)("a folder %s is not used, that of the home is", (_, plant) => {
  const place = installation();
  plant(place);

  expect(cacheOf(place)).toBe(join(place.home, ".cache/ablate/ablate-code"));
});

test.skipIf(process.getuid?.() !== 0)("a folder of another user is not used", () => {
  const place = installation();
  mkdirSync(place.installed, { mode: 0o700 });
  chownSync(place.installed, 65534, 65534);

  expect(cacheOf(place)).toBe(join(place.home, ".cache/ablate/ablate-code"));
});

test("XDG_CACHE_HOME is heeded, and without any private folder there is no cache", () => {
  const place = installation();
  mkdirSync(place.installed);
  chmodSync(place.installed, 0o777);
  const xdg = join(place.root, "xdg");

  expect(cacheOf(place, { XDG_CACHE_HOME: xdg })).toBe(join(xdg, "ablate/ablate-code"));

  chmodSync(xdg, 0o777);
  expect(cacheOf(place, { XDG_CACHE_HOME: xdg })).toBe("off");
});
