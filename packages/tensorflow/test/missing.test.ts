import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { commandTest, makeArchives } from "./archives.ts";
import {
  type Ended,
  makePlace,
  nameOwnBinaries,
  offline,
  type Place,
  pathOf,
  serve,
  start,
  tensorflow,
} from "./make.ts";

const WHEEL = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
const MEANWHILE = "the engine tfjs runs on WebAssembly meanwhile\n";
const COMPILER = ["c++", "as", "ld"];

/** It ended with this sentence as its last but one, with exit 1, without a stack, and left nothing. */
function expectSentence({ status, stderr, stdout }: Ended, sentence: RegExp, place: Place): void {
  const [last, meanwhile] = stderr.split("\n").slice(-3);
  expect(`${meanwhile}\n`).toBe(MEANWHILE);
  expect(last).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  expect(stdout).toBe("");
  expect(status).toBe(1);
  if (existsSync(place.cache)) expect(readdirSync(place.cache)).toEqual([]);
  expect(existsSync(join(place.package, "lib"))).toBe(false);
}

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

commandTest("an address that refuses (403) is named with its status", async () => {
  const place = makePlace();
  const host = await serve((_, response) => response.writeHead(403).end());

  const ended = await tensorflow(place, { ...offline(place), TFJS_NODE_CDN_STORAGE: host });

  expect(ended.stderr).toMatch(
    /^the official download does not serve: 127\.0\.0\.1:\d+: HTTP status 403$/m,
  );
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

commandTest("an archive that is no archive is named", async () => {
  const place = makePlace();
  nameOwnBinaries(place, await serve((_, response) => response.end("no archive")));

  const ended = await tensorflow(place, offline(place));

  expect(ended.stderr).toMatch(
    /^the official download does not serve: library\.tar\.gz cannot be unpacked: /m,
  );
  expectSentence(ended, /pip cannot reach its package index/, place);
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

/** A package index that has one file, the wheel, and serves it by `answer`. */
function index(answer: (response: Parameters<RequestListener>[1]) => void): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith("/simple/tensorflow-cpu")) {
      response.setHeader("content-type", "text/html").end(`<a href="/${WHEEL}">${WHEEL}</a>`);
    } else if (request.url === `/${WHEEL}`) answer(response);
    else response.writeHead(404).end();
  };
}

/** Runs the command with a file system of its own, mounted with these options, as its cache. */
function mounted(place: Place, options: string): Ended {
  const main = new URL("../src/main.ts", import.meta.url).pathname;
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2"; shift 2; exec "$@"';
  const command = [process.execPath, main, "--package", place.package];
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["-rm", "sh", "-c", script, "sh", options, place.home, ...command],
    { encoding: "utf8", env: { ...offline(place), XDG_CACHE_HOME: place.home } },
  );
  return { status, stdout, stderr };
}
