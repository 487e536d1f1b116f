import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest, makeArchives, makeServed } from "./archives.ts";
import { ENTRY, offline, tensorflow } from "./make.ts";

const archives = makeArchives();
const ADDON = `${ENTRY}/lib/napi-v8/tfjs_binding.node`;

commandTest.each([
  ["changed bytes in the addon", (cache: string) => flipByte(join(cache, ADDON))],
  [
    "a truncated library",
    (cache: string) => halve(join(cache, ENTRY, "deps/lib/libtensorflow.so.2")),
  ],
  ["a lost library", (cache: string) => rmSync(join(cache, ENTRY, "deps/lib/libtensorflow.so.2"))],
  ["no manifest", (cache: string) => rmSync(join(cache, ENTRY, "manifest.json"))],
  ["a broken manifest", (cache: string) => halve(join(cache, ENTRY, "manifest.json"))],
])("notices %s in the cache and mends it", async (_, damage) => {
  const place = await makeServed(archives);
  await tensorflow(place, offline(place));
  damage(place.cache);

  const { status, stdout, stderr } = await tensorflow(place, offline(place));

  expect(stderr).toContain(`${place.cache}/${ENTRY} is damaged and is made anew\n`);
  expect(stdout).toBe(`TensorFlow 0.0.1 is ready: ${place.cache}/${ENTRY}\n`);
  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

commandTest("a damaged cache that cannot be mended is not left to crash the engine", async () => {
  const place = await makeServed(archives);
  await tensorflow(place, offline(place));
  flipByte(join(place.cache, ADDON));
  rmSync(join(place.package, "scripts/custom-binary.json"));

  const { status, stderr } = await tensorflow(place, { ...offline(place), PATH: "" });

  expect(stderr).toContain("the engine tfjs runs on WebAssembly meanwhile\n");
  expect(status).toBe(1);
  expect(existsSync(join(place.package, "lib/napi-v8/tfjs_binding.node"))).toBe(false);
});

commandTest(
  "an addon for another platform is noticed and made anew, though its bytes are as recorded",
  async () => {
    const place = await makeServed(archives);
    await tensorflow(place, offline(place));
    const addon = join(place.cache, ADDON);
    const { writeManifest } = await import("../src/cache.ts");
    const bytes = readFileSync(addon);
    bytes.writeUInt16LE(183, 18); // e_machine: aarch64
    writeFileSync(addon, bytes);
    await writeManifest(join(place.cache, ENTRY));

    const { status, stdout, stderr } = await tensorflow(place, offline(place));

    expect(stderr).toMatch(/^the native part does not work here: .*; it is made anew$/m);
    expect(stdout).toContain("is ready");
    expect(status).toBe(0);
  },
);

commandTest("a package that lacks something else does not cost the cache", async () => {
  const place = await makeServed(archives);
  await tensorflow(place, offline(place));
  rmSync(join(place.package, "../tfjs-core"));

  const { status, stderr } = await tensorflow(place, offline(place));

  expect(stderr).toMatch(/^tensorflow: the native part does not work here: .*tfjs-core'$/m);
  expect(status).toBe(1);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function halve(file: string): void {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length / 2));
}
