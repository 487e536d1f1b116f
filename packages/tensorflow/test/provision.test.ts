import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest, makeArchives, serving } from "./archives.ts";
import {
  makePlace,
  nameOwnBinaries,
  offline,
  type Place,
  serve,
  start,
  tensorflow,
} from "./make.ts";

const archives = makeArchives();
const ENTRY = `tfjs-node-4.22.0-${process.platform}-${process.arch}`;
const ADDON = `${ENTRY}/lib/napi-v8/tfjs_binding.node`;

/** A place whose package names the archives of a server on the loopback. */
async function makeServed(asked: string[] = []): Promise<Place> {
  const place = makePlace();
  nameOwnBinaries(place, await serve(serving(archives, asked)));
  return place;
}

commandTest("downloads, says how large it is and where it goes, and tries it", async () => {
  const place = await makeServed();

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

commandTest("says a second time that it is there, and needs no network for it", async () => {
  const asked: string[] = [];
  const place = await makeServed(asked);
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
    const first = await makeServed(asked);
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
  const place = await makeServed();
  await tensorflow(place, offline(place));
  damage(place.cache);

  const { status, stdout, stderr } = await tensorflow(place, offline(place));

  expect(stderr).toContain(`${place.cache}/${ENTRY} is damaged and is made anew\n`);
  expect(stdout).toBe(`TensorFlow 0.0.1 is ready: ${place.cache}/${ENTRY}\n`);
  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

commandTest("a damaged cache that cannot be mended is not left to crash the engine", async () => {
  const place = await makeServed();
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
    const place = await makeServed();
    await tensorflow(place, offline(place));
    const addon = join(place.cache, ADDON);
    const { writeManifest } = await import("../src/manifest.ts");
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

commandTest(
  "half a download is thrown away and said in one sentence; the next run gets it whole",
  async () => {
    const place = makePlace();
    let cuts = 1;
    const whole = serving(archives);
    const host = await serve((request, response) => {
      if (cuts === 0) return whole(request, response);
      cuts -= 1;
      response.writeHead(200, { "content-length": archives.library.length });
      response.write(archives.library.subarray(0, 500), () => response.destroy());
      return undefined;
    });
    nameOwnBinaries(place, host);

    const cut = await tensorflow(place, { ...offline(place), CXX: "no-such-compiler" });
    const again = await tensorflow(place, offline(place));

    expect(cut.stderr).toMatch(/^the official download does not serve: 127\.0\.0\.1:\d+: .+$/m);
    expect(cut.status).toBe(1);
    expect(again.stdout).toContain("TensorFlow 0.0.1 is ready");
  },
);

commandTest.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops it and leaves nothing",
  async (signal) => {
    const place = makePlace();
    const { host, hanging } = await serveHalf();
    nameOwnBinaries(place, host);
    const command = start(place, offline(place));
    await hanging;

    command.kill(signal);

    const { status, stderr } = await command.ended;
    expect(stderr).toContain("tensorflow: stopped; nothing is left of it\n");
    expect(status).toBe(130);
    expect(readdirSync(place.cache)).toEqual([]);
  },
);

commandTest("what kill -9 leaves is removed by the next run, which does the work", async () => {
  const place = makePlace();
  const { host, hanging, release } = await serveHalf();
  nameOwnBinaries(place, host);
  const command = start(place, offline(place));
  await hanging;
  command.kill("SIGKILL");
  await command.ended;
  expect(readdirSync(place.cache)).toHaveLength(1);
  release();

  const { status } = await tensorflow(place, offline(place));

  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

commandTest("two at once do not disturb each other", async () => {
  const place = await makeServed();
  const other = await makeServed();

  const both = await Promise.all([
    tensorflow(place, offline(place)),
    tensorflow(other, offline(place)),
  ]);

  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
  const after = await tensorflow(place, offline(place));
  expect(after.stdout).toContain("is there already");
});

commandTest("a run leaves the attempt of a living process alone", async () => {
  const place = makePlace();
  const { host, hanging, release } = await serveHalf();
  nameOwnBinaries(place, host);
  const slow = start(place, offline(place));
  await hanging;
  const quick = await makeServed();

  const { status } = await tensorflow(quick, offline(place));

  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toHaveLength(2);
  release();
  expect((await slow.ended).status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

commandTest(
  "--remove takes the links and the cache, says how much, and is harmless without any",
  async () => {
    const place = await makeServed();
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

/** A server that gives half an archive and waits; `hanging` resolves when the first client has its half. */
async function serveHalf(): Promise<{
  readonly host: string;
  readonly hanging: Promise<void>;
  readonly release: () => void;
}> {
  const whole = serving(archives);
  const half = archives.library.length / 2;
  const waiting: ServerResponse[] = [];
  const reached = Promise.withResolvers<void>();
  let isHolding = true;
  const host = await serve((request, response) => {
    if (!isHolding || request.url !== "/library.tar.gz") return whole(request, response);
    waiting.push(response);
    response.writeHead(200, { "content-length": archives.library.length });
    response.write(archives.library.subarray(0, half), () => reached.resolve());
    return undefined;
  });
  const release = (): void => {
    isHolding = false;
    for (const response of waiting) response.end(archives.library.subarray(half));
  };
  return { host, hanging: reached.promise, release };
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function halve(file: string): void {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length / 2));
}
