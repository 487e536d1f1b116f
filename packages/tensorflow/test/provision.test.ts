import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest, makeArchives, makeServed, sha256 } from "./archives.ts";
import { ENTRY, makePlace, offline, tensorflow } from "./make.ts";

const archives = makeArchives();

commandTest("downloads, says how large it is and where it goes, and tries it", async () => {
  const place = await makeServed(archives);

  const { status, stdout, stderr } = await tensorflow(place, offline(place));

  expect(stderr).toMatch(/goes to \S+\/home\/\.cache\/ablate\/tensorflow\/tfjs-node-/);
  expect(stderr).toMatch(/downloading library\.tar\.gz from 127\.0\.0\.1:\d+: \d+ kB/);
  expect(stderr).toMatch(/library\.tar\.gz: 100 % of/);
  expect(stdout).toBe(`TensorFlow 0.0.1 is ready: ${place.cache}/${ENTRY}\n`);
  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
  expect(readdirSync(join(place.cache, ENTRY)).toSorted()).toEqual([
    "deps",
    "lib",
    "manifest.json",
  ]);
  expect(readdirSync(join(place.package, "deps/lib"))).toEqual(["libtensorflow.so.2"]);
});

commandTest("what nobody vouches for is thrown away", async () => {
  const asked: string[] = [];
  const place = await makeServed(archives, asked);
  const { library } = archives;
  const none = { ...offline(place), ABLATE_TENSORFLOW_SHA256: "" };
  const ofLibrary = { ...none, ABLATE_TENSORFLOW_SHA256: sha256(library).toUpperCase() };

  const foreign = await tensorflow(place, { ...none, ABLATE_TENSORFLOW_SHA256: "abc" });
  const addon = await tensorflow(place, ofLibrary);

  expect(foreign.stderr).toContain('ABLATE_TENSORFLOW_SHA256: "abc" is no SHA-256');
  expect(addon.stderr).toMatch(
    /the official addon does not serve: addon\.tar\.gz has not the pinned/,
  );
  expect(addon.status).toBe(1);
});

commandTest("says a second time that it is there, and needs no network for it", async () => {
  const asked: string[] = [];
  const place = await makeServed(archives, asked);
  await tensorflow(place, offline(place));
  const before = asked.length;

  const { status, stdout, stderr } = await tensorflow(place, offline(place));

  expect(stdout).toBe(`TensorFlow 0.0.1 is there already: ${place.cache}/${ENTRY}\n`);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(asked.length).toBe(before);
});

commandTest(
  "links another checkout, or one whose links an install took away, from the cache",
  async () => {
    const asked: string[] = [];
    const first = await makeServed(archives, asked);
    await tensorflow(first, offline(first));
    const before = asked.length;
    const second = makePlace();

    const other = await tensorflow(second, offline(first));
    rmSync(join(first.package, "lib"));
    const again = await tensorflow(first, offline(first));

    for (const { stdout } of [other, again]) {
      expect(stdout).toBe(`TensorFlow 0.0.1 linked from the cache: ${first.cache}/${ENTRY}\n`);
    }
    expect(existsSync(join(second.package, "lib/napi-v8/tfjs_binding.node"))).toBe(true);
    expect(asked.length).toBe(before);
  },
);

commandTest(
  "--remove takes the links and the cache, says how much, and is harmless without any",
  async () => {
    const place = await makeServed(archives);
    await tensorflow(place, offline(place));

    const removed = await tensorflow(place, offline(place), "--remove");
    const again = await tensorflow(place, offline(place), "--remove");

    expect(removed.stdout).toContain(`removed the link ${place.package}/lib to ${place.cache}`);
    expect(removed.stdout).toMatch(
      /removed \S+\/ablate\/tensorflow, 1 MB; other checkouts used it too/,
    );
    expect(removed.status).toBe(0);
    expect(existsSync(join(place.home, ".cache/ablate"))).toBe(false);
    expect(readdirSync(place.package).toSorted()).toEqual([
      "binding",
      "dist",
      "package.json",
      "scripts",
    ]);
    expect(again).toEqual({ status: 0, stdout: "there is nothing to remove\n", stderr: "" });
  },
);
