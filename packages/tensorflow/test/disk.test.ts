import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest } from "./archives.ts";
import { COMMAND, type Ended, makePlace, offline, type Place, tensorflow } from "./make.ts";
import { expectSentence } from "./sentence.ts";

commandTest("a cache folder that cannot be made is named", async () => {
  const place = makePlace();
  const file = join(place.home, "file");
  writeFileSync(file, "");

  const ended = await tensorflow(place, { ...offline(place), XDG_CACHE_HOME: file });

  expectSentence(
    ended,
    /cannot write to \S+\/file\/ablate\/tensorflow \(ENOTDIR\); set XDG_CACHE_HOME/,
    place,
  );
});

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
const mountTest = canMount ? commandTest : commandTest.skip;

mountTest("a read-only home is named", async () => {
  const place = makePlace();

  const ended = mounted(place, "ro");

  expectSentence(
    ended,
    /cannot write to \S+ \(EROFS\); set XDG_CACHE_HOME to a folder of yours$/,
    place,
  );
});

mountTest("a disk that is too small is said before anything is downloaded", async () => {
  const place = makePlace();

  const ended = mounted(place, "size=20m");

  expectSentence(
    ended,
    /the disk has 2\d MB free and 1\.1 GB are needed; set XDG_CACHE_HOME/,
    place,
  );
});

commandTest(
  "a native part that is not ours and does not work is named, and left alone",
  async () => {
    const place = makePlace();
    mkdirSync(join(place.package, "lib/napi-v8"), { recursive: true });
    writeFileSync(join(place.package, "lib/napi-v8/tfjs_binding.node"), "nothing");

    const { status, stderr } = await tensorflow(place, offline(place));

    expect(stderr).toMatch(
      /^tensorflow: the native part does not work here: .*; remove deps and lib in /,
    );
    expect(status).toBe(1);
    expect(existsSync(join(place.package, "lib/napi-v8/tfjs_binding.node"))).toBe(true);
  },
);

/** Runs the command with a file system of its own, mounted with these options, as its cache. */
function mounted(place: Place, options: string): Ended {
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2"; shift 2; exec "$@"';
  const command = [process.execPath, ...COMMAND, "--package", place.package];
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["-rm", "sh", "-c", script, "sh", options, place.home, ...command],
    { encoding: "utf8", env: { ...offline(place), XDG_CACHE_HOME: place.home } },
  );
  return { status, stdout, stderr };
}
