import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest, makeArchives } from "./archives.ts";
import { makePlace, nameOwnBinaries, offline, pathOf, serve, tensorflow } from "./make.ts";
import { expectSentence } from "./sentence.ts";

const COMPILER = ["c++", "as", "ld"];

commandTest.each([
  [
    "a compiler",
    ["python3"],
    /^tensorflow: there is no C\+\+ compiler .*install one \(Debian: g\+\+\)$/,
  ],
  ["Python", COMPILER, /^tensorflow: there is no Python; install python3 with pip/],
])("without %s it says so before it downloads anything", async (_, programs, sentence) => {
  const place = makePlace();

  const ended = await tensorflow(place, { ...offline(place), PATH: pathOf(...programs) });

  expectSentence(ended, sentence, place);
  expect(ended.stderr).not.toContain("downloading");
});

commandTest("without pip it says which Python has none", async () => {
  const place = makePlace();
  const path = pathOf("python3", ...COMPILER);
  const blocked = mkdtempSync(join(tmpdir(), "ablate-no-pip-"));
  mkdirSync(join(blocked, "pip"));
  writeFileSync(join(blocked, "pip/__init__.py"), "");

  const env = { ...offline(place), PATH: path, PYTHONPATH: blocked };
  const ended = await tensorflow(place, env);

  expectSentence(
    ended,
    /^tensorflow: python3 has no pip; install it \(Debian: python3-pip\)$/,
    place,
  );
});

commandTest(
  "without a network it says what pip cannot reach, and why the official download was none",
  async () => {
    const place = makePlace();

    const ended = await tensorflow(place, offline(place));

    expect(ended.stderr).toMatch(/^the official download does not serve: 127\.0\.0\.1:1: .+$/m);
    expect(ended.stderr).toMatch(/^downloading the wheel .*: 274 MB, unpacked 853 MB$/m);
    expectSentence(ended, /^tensorflow: pip cannot reach its package index$/, place);
  },
);

commandTest("a compiler named by CXX that does not exist is named in the sentence", async () => {
  const place = makePlace();

  const ended = await tensorflow(place, { ...offline(place), CXX: "no-such-compiler -m64" });

  expectSentence(ended, /there is no C\+\+ compiler \(no-such-compiler -m64\)/, place);
});

commandTest("an addon that cannot be built is named with the compiler's first error", async () => {
  const place = makePlace();
  const { library } = makeArchives();
  const host = await serve((request, response) => {
    if (request.url === "/library.tar.gz") response.end(library);
    else response.writeHead(404).end();
  });
  nameOwnBinaries(place, host);

  const ended = await tensorflow(place, offline(place));

  expect(ended.stderr).toMatch(
    /^the official addon does not serve: 127\.0\.0\.1:\d+: HTTP status 404$/m,
  );
  expect(ended.stderr).toMatch(
    /^the official download does not serve: c\+\+ cannot build the addon .*c_api\.h/m,
  );
  expectSentence(ended, /pip cannot reach its package index/, place);
});

commandTest("foreign links are removed, and mistakes in the arguments are named", async () => {
  const place = makePlace();
  symlinkSync("/nowhere", join(place.package, "deps"));

  const removed = await tensorflow(place, offline(place), "--remove");
  const unknown = await tensorflow(place, offline(place), "--remvoe");
  const nothing = await tensorflow({ ...place, package: place.home }, offline(place));
  const help = await tensorflow(place, offline(place), "--help");

  expect(removed.stdout).toBe(`removed the link ${place.package}/deps to /nowhere\n`);
  expect(unknown.stderr).toBe(
    "tensorflow: Unknown option '--remvoe'; see `pnpm tensorflow --help`\n",
  );
  expect(unknown.status).toBe(2);
  expect(nothing.stderr).toContain(`${place.home} holds no @tensorflow/tfjs-node`);
  expect(help.stdout).toMatch(/^usage: pnpm tensorflow \[--remove\] \[--package DIR\]$/m);
});
