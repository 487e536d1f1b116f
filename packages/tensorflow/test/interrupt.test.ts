import { readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { expect } from "vitest";
import { commandTest, makeArchives, makeServed, serving } from "./archives.ts";
import { ENTRY, makePlace, nameOwnBinaries, offline, serve, start, tensorflow } from "./make.ts";

const archives = makeArchives();

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

commandTest.each([
  ["the library", "downloading library.tar.gz"],
  ["the addon", "downloading addon.tar.gz"],
  ["the wait for its end", "addon.tar.gz: 100 %"],
])("kill -9 at %s leaves nothing that looks complete", async (_, text) => {
  const place = await makeServed(archives);
  const command = start(place, offline(place));
  await command.said(text);
  command.kill("SIGKILL");
  await command.ended;

  const { status, stdout } = await tensorflow(place, offline(place));

  expect(stdout).toContain("TensorFlow 0.0.1 is ready");
  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

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
  const place = await makeServed(archives);
  const other = await makeServed(archives);

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
  const quick = await makeServed(archives);

  const { status } = await tensorflow(quick, offline(place));

  expect(status).toBe(0);
  expect(readdirSync(place.cache)).toHaveLength(2);
  release();
  expect((await slow.ended).status).toBe(0);
  expect(readdirSync(place.cache)).toEqual([ENTRY]);
});

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
