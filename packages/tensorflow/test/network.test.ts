import { readdirSync } from "node:fs";
import type { RequestListener } from "node:http";
import { expect } from "vitest";
import { commandTest, sha256 } from "./archives.ts";
import { makePlace, nameOwnBinaries, offline, serve, start, tensorflow } from "./make.ts";
import { expectSentence } from "./sentence.ts";

const WHEEL = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";

commandTest(
  "an official archive with a wrong hash is thrown away, and the wheel is tried",
  async () => {
    const place = makePlace();
    const host = await serve((_, response) => response.end("not TensorFlow"));

    const ended = await tensorflow(place, { ...offline(place), TFJS_NODE_CDN_STORAGE: host });

    const name = "libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz";
    expect(ended.stderr).toContain(
      `the official download does not serve: ${name} has not the pinned SHA-256`,
    );
    expectSentence(ended, /pip cannot reach its package index/, place);
  },
);

commandTest("an archive from a mirror under another name must have the same hash", async () => {
  const place = makePlace();
  const host = await serve((_, response) => response.end("not TensorFlow"));
  const mirror = { TFJS_NODE_BASE_URI: `${host}mine-` };

  const ended = await tensorflow(place, { ...offline(place), ...mirror });

  expect(ended.stderr).toMatch(/mine-cpu-linux-x86_64-2\.9\.1\.tar\.gz has not the pinned SHA-256/);
});

commandTest("a library of the user's own must have a hash that is known, too", async () => {
  const place = makePlace();
  const asked: string[] = [];
  nameOwnBinaries(
    place,
    await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end("not TensorFlow");
    }),
  );

  const ended = await tensorflow(place, { ...offline(place), CXX: "no-such-compiler" });

  expect(ended.stderr).toContain("library.tar.gz has not the pinned SHA-256; it was thrown away");
  expect(asked).toEqual(["/library.tar.gz"]);
});

commandTest("an address that refuses (403) is named with its status", async () => {
  const place = makePlace();
  const host = await serve((_, response) => response.writeHead(403).end());

  const ended = await tensorflow(place, { ...offline(place), TFJS_NODE_CDN_STORAGE: host });

  expect(ended.stderr).toMatch(
    /^the official download does not serve: 127\.0\.0\.1:\d+: HTTP status 403$/m,
  );
});

commandTest("a server that never answers is given up on", async () => {
  const place = makePlace();
  const host = await serve(() => {});

  const ended = await tensorflow(place, { ...offline(place), TFJS_NODE_CDN_STORAGE: host });

  expect(ended.stderr).toMatch(/does not serve: 127\.0\.0\.1:\d+: no answer$/m);
});

commandTest("an address that is none is named", async () => {
  const place = makePlace();

  const ended = await tensorflow(place, { ...offline(place), TFJS_NODE_CDN_STORAGE: "nonsense/" });

  expect(ended.stderr).toContain("the official download does not serve: Invalid URL\n");
  expectSentence(ended, /pip cannot reach its package index/, place);
});

commandTest("a wheel with a wrong hash is thrown away", async () => {
  const place = makePlace();
  const host = await serve(index((response) => response.end("not a wheel")));

  const ended = await tensorflow(place, { ...offline(place), PIP_INDEX_URL: `${host}simple` });

  expectSentence(ended, /whose SHA-256 is not the pinned one; it was thrown away$/, place);
});

commandTest("half a wheel is thrown away", async () => {
  const place = makePlace();
  const host = await serve(
    index((response) => {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write(Buffer.alloc(1000), () => response.destroy());
    }),
  );

  const ended = await tensorflow(place, { ...offline(place), PIP_INDEX_URL: `${host}simple` });

  expectSentence(
    ended,
    /^tensorflow: (the connection to pip's package index broke off|.* SHA-256 is not the pinned one)/,
    place,
  );
});

commandTest("an index without the wheel is said to have none", async () => {
  const place = makePlace();
  const host = await serve((_, response) => response.writeHead(404).end());

  const ended = await tensorflow(place, { ...offline(place), PIP_INDEX_URL: `${host}simple` });

  expectSentence(ended, /^tensorflow: pip finds no tensorflow-cpu==2\.21\.0 for manylinux/, place);
});

commandTest("SIGTERM while pip downloads stops pip too and leaves nothing", async () => {
  const place = makePlace();
  const reached = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const host = await serve(
    index((response) => {
      response.on("close", () => gone.resolve());
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write(Buffer.alloc(1000), () => reached.resolve());
    }),
  );
  const command = start(place, { ...offline(place), PIP_INDEX_URL: `${host}simple` });
  await reached.promise;

  command.kill("SIGTERM");

  const { status } = await command.ended;
  await gone.promise;
  expect(status).toBe(130);
  expect(readdirSync(place.cache)).toEqual([]);
});

commandTest("an archive that is no archive is named", async () => {
  const place = makePlace();
  nameOwnBinaries(place, await serve((_, response) => response.end("no archive")));

  const trusted = { ABLATE_TENSORFLOW_SHA256: sha256("no archive") };
  const ended = await tensorflow(place, { ...offline(place), ...trusted });

  expect(ended.stderr).toMatch(
    /^the official download does not serve: library\.tar\.gz cannot be unpacked: /m,
  );
  expectSentence(ended, /pip cannot reach its package index/, place);
});

/** A package index that has one file, the wheel, and serves it by `answer`. */
function index(answer: (response: Parameters<RequestListener>[1]) => void): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith("/simple/tensorflow-cpu")) {
      response.setHeader("content-type", "text/html").end(`<a href="/${WHEEL}">${WHEEL}</a>`);
    } else if (request.url === `/${WHEEL}`) answer(response);
    else response.writeHead(404).end();
  };
}
