/** `ablate export` where much is written: stopped by a signal, in little memory, from damaged weights. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeLongRun } from "@ablate/store/test/long-run";
import { beforeAll, expect, test, vi } from "vitest";
import { ablate, damageWeights, makeFolder, startAblate } from "./make.ts";
import { withMostMemory } from "./most-memory.ts";

const PARAMETERS = Array.from({ length: 13 }, (_, i) => `hidden${i + 1}.weight`);

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  writeLongRun(join(folder, "long.db"), PARAMETERS);
  const seeds = Array.from({ length: 60 }, (_, seed) => seed).join(",");
  const wide = ["--set", "model.hidden=[2000]", "--set", "record.probes=none"];
  const flags = [...wide, "--seeds", seeds, "--steps", "1", "--only", "plain", "--quiet"];
  expect((await ablate(folder, "run", "small.yaml", ...flags)).status).toBe(0);
});

/** Names of the folder that have to do with a target: itself, or what is not yet it. */
function remains(name: string): readonly string[] {
  return readdirSync(folder).filter((file) => file.includes(name));
}

/** Starts an export, sends Ctrl-C as soon as something of it is on the disk, and waits for its end. */
async function stopped(
  name: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { child, ended } = startAblate(folder, "export", ...args, "-o", name);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await vi.waitFor(() => expect(isBegun(name)).toBe(true), { timeout: 60_000, interval: 1 });
  child.kill("SIGINT");
  return { code: await ended, said };
}

function isBegun(name: string): boolean {
  return remains(name).some((file) => {
    const path = join(folder, file);
    if (!file.endsWith(".part")) return false;
    const { size } = statSync(path);
    return statSync(path).isDirectory() ? readdirSync(path).length > 0 : size > 0;
  });
}

test.each(["csv", "jsonl", "parquet"])(
  "Ctrl-C ends an export to %s with 130 and leaves nothing behind",
  async (format) => {
    const name = `stopped.${format}`;

    const { code, said } = await stopped(name, "g/long", "--store", "long.db");

    expect([code, said]).toEqual([130, "stopped: nothing is written\n"]);
    expect(remains("stopped")).toEqual([]);
  },
);

test("Ctrl-C ends an export of a grid's weights with 130 and without a folder", async () => {
  const { code, said } = await stopped("halted", "small", "--format", "safetensors");

  expect([code, said]).toEqual([130, "stopped: nothing is written\n"]);
  expect(remains("halted")).toEqual([]);
});

test("Ctrl-C leaves the weights of a folder that was there as they were", async () => {
  mkdirSync(join(folder, "kept"));
  writeFileSync(join(folder, "kept", "plain-seed=3.safetensors"), "mine");

  const { code } = await stopped("kept", "small", "--format", "safetensors", "--force");

  expect([code, remains("kept")]).toEqual([130, ["kept"]]);
  expect(readdirSync(join(folder, "kept"))).toEqual(["plain-seed=3.safetensors"]);
  expect(readFileSync(join(folder, "kept", "plain-seed=3.safetensors"), "utf8")).toBe("mine");
});

test("weights go into a folder that is there, beside what else is in it", async () => {
  mkdirSync(join(folder, "shared"));
  writeFileSync(join(folder, "shared", "notes.txt"), "mine");

  const { status } = await ablate(
    folder,
    "export",
    "small",
    "--format",
    "safetensors",
    "-o",
    "shared",
  );

  expect(status).toBe(0);
  expect(readdirSync(join(folder, "shared"))).toHaveLength(61);
  expect(remains("shared")).toEqual(["shared"]);
});

const MB = 1024;

/** The most memory that the command has had, in kB. */
function mostMemory(...args: readonly string[]): number {
  const { status, stderr, most } = withMostMemory(folder, ...args, "--store", "long.db");
  expect(status, stderr).toBe(0);
  return most;
}

test("200,000 steps of 13 parameters are exported in less than 150 MB above any command", () => {
  const least = mostMemory("runs");
  const limit = least + 150 * MB;

  for (const name of ["long.csv", "long.jsonl", "long.parquet", "long-sealed.db"]) {
    // When garbage is collected is V8's affair: what a second try does not need was none of ours.
    const exported = () => mostMemory("export", "g/long", "-o", name, "--force");
    const first = exported();
    const most = first < limit ? first : Math.min(first, exported());
    expect(statSync(join(folder, name)).size, name).toBeGreaterThan(1e6);
    expect(most, name).toBeLessThan(limit);
  }
});

test("damaged weights are not exported: a sentence, exit code 1, no file and no folder", async () => {
  const path = join(folder, "damaged.db");
  await ablate(folder, "export", "small", "-o", "damaged.db");
  damageWeights(path, "small/plain-seed=41");
  const sentence =
    "ablate: the weights of small/plain-seed=41 at step 1 are damaged: they are not what their sha256 says; " +
    "`ablate doctor --repair` drops them, `ablate run --restart` trains them again\n";

  for (const [what, ...args] of [
    ["small/plain-seed=41", "-o", "one.safetensors"],
    ["small", "--format", "safetensors", "-o", "all"],
  ]) {
    const { status, stdout, stderr } = await ablate(
      folder,
      ...["export", what ?? "", ...args, "--store", "damaged.db"],
    );
    expect([status, stdout, stderr]).toEqual([1, "", sentence]);
  }

  expect(
    (await ablate(folder, "sample", "small/plain-seed=41", "--store", "damaged.db")).status,
  ).toBe(1);
  expect([existsSync(join(folder, "one.safetensors")), existsSync(join(folder, "all"))]).toEqual([
    false,
    false,
  ]);
  const other = ["export", "small/plain-seed=2", "-o", "whole.safetensors"];
  expect((await ablate(folder, ...other, "--store", "damaged.db")).status).toBe(0);
});
