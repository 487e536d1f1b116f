/** A wall clock that jumps by an hour, as NTP, an administrator or a virtual machine makes it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ablate, jsonRows, makeFolder, spawnAblateWith } from "./make.ts";
import { startRunWith } from "./start-run.ts";

/** The time of the day with as many seconds more as the file CLOCK says, read at every call; monotonic time as it is. */
const SHIM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) {
  long seconds = 0;
  FILE *file = getenv("CLOCK") ? fopen(getenv("CLOCK"), "r") : NULL;
  if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
  return seconds;
}
int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, t);
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) t->tv_sec += offset();
  return result;
}
int gettimeofday(struct timeval *t, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}
`;

const HOUR_S = 3600;
const LONG = ["small.yaml", "--only", "plain", "--steps", "50000000", "--workers", "1"];

const folderOfShim = mkdtempSync(join(tmpdir(), "ablate-clock-"));
const SHARED = join(folderOfShim, "clock.so");
const hasShim = compile();

function compile(): boolean {
  writeFileSync(join(folderOfShim, "clock.c"), SHIM);
  const options = ["-x", "c", "-shared", "-fPIC", "-o", SHARED, join(folderOfShim, "clock.c")];
  const { status } = spawnSync(process.env.CC ?? "gcc", [...options, "-ldl"]);
  return status === 0 && process.platform === "linux";
}

/** A clock that can be set. */
function clock(): {
  readonly variables: Record<string, string>;
  readonly set: (s: number) => void;
} {
  const file = join(mkdtempSync(join(tmpdir(), "ablate-clock-")), "offset");
  const set = (seconds: number): void => writeFileSync(file, String(seconds));
  set(0);
  return { variables: { LD_PRELOAD: SHARED, CLOCK: file }, set };
}

test.runIf(process.env.CI)("a C compiler is installed", () => expect(hasShim).toBe(true));

const JUMPS = [
  ["ahead", HOUR_S],
  ["back", -HOUR_S],
] as const;

test.skipIf(!hasShim).each(JUMPS)(
  "a second command whose clock is an hour %s leaves a live run alone",
  async (_, seconds) => {
    const folder = makeFolder();
    const first = startRunWith({}, folder, ...LONG);
    onTestFinished(() => void first.child.kill("SIGKILL"));
    await first.begun();
    const { variables, set } = clock();
    set(seconds);

    const second = spawnAblateWith(variables, folder, "run", ...LONG, "--json");
    const rm = spawnAblateWith(variables, folder, "rm", "plain");
    await first.interrupt();

    expect(second.status).toBe(0);
    expect(second.stdout).toContain('"event":"skipped","run":"small/plain","state":"running"');
    expect(rm.stderr).toMatch(/trained by process|being trained/);
    expect(await first.ended).toBe(130);
    expect(first.events("ended")).toMatchObject([{ state: "stopped", error: null }]);
  },
);

test.skipIf(!hasShim).each(JUMPS)(
  "a run whose own clock jumps an hour %s is not taken, and ends after it began",
  async (_, seconds) => {
    const folder = makeFolder();
    const { variables, set } = clock();
    const run = startRunWith(variables, folder, ...LONG);
    onTestFinished(() => void run.child.kill("SIGKILL"));
    await run.begun();

    set(seconds);
    const before = run.events("progress").length;
    await expect
      .poll(() => run.events("progress").length, { timeout: 60_000 })
      .toBeGreaterThan(before + 2);
    const second = await ablate(folder, "run", ...LONG, "--json");
    const { stdout } = await ablate(folder, "runs", "--json");
    await run.interrupt();

    expect(second.stdout).toContain('"event":"skipped","run":"small/plain","state":"running"');
    expect(JSON.parse(stdout)).toMatchObject([{ state: "running" }]);
    expect(await run.ended).toBe(130);
    const [row] = jsonRows(await ablate(folder, "runs", "--json"));
    expect(Date.parse(String(row?.ended_at))).toBeGreaterThanOrEqual(
      Date.parse(String(row?.started_at)),
    );
  },
);
