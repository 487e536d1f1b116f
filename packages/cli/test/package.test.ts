/** The npm package from outside: packed, installed by npm in an empty home, and used where there is no checkout. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { nodeFound } from "../../../testing/nodes.ts";
import { type Installed, install } from "./installed.ts";
import { ablate, type Ended, jsonRows } from "./make.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await install();
});
afterAll(() => installed.close());

const emptyFolder = (): string => mkdtempSync(join(tmpdir(), "ablate-package-"));
const DEMO = ["demo", "--steps", "100", "--no-ui"];

/** Returns what depends on nothing but the arithmetic of a demo: the numbers of all steps, and the weights of a run. */
function digestOf(folder: string): string {
  const rows = readFileSync(join(folder, "steps.csv"), "utf8").split("\n");
  const places = rows[0]?.split(",").flatMap((name, i) => (name.startsWith("metric.") ? [] : [i]));
  const numbers = rows.map((row) => places?.map((i) => row.split(",")[i]).join(","));
  const weights = readFileSync(join(folder, "v7.safetensors"));
  const tensors = weights.subarray(8 + Number(weights.readBigUInt64LE()));
  return createHash("sha256").update(numbers.join("\n")).update(tensors).digest("hex");
}

const EXPORTS = [
  ["export", "quickstart", "-o", "steps.csv"],
  ["export", "quickstart/v7", "-o", "v7.safetensors"],
];

/** Trains, exports, shows, reports, asks, records and draws with an installed package. Returns the digest of its numbers. */
async function use({ sh, home }: Installed): Promise<string> {
  const folder = emptyFolder();
  const ran = async (line: string): Promise<Ended> => {
    const ended = await sh(folder, `ablate ${line}`);
    expect(ended.status, `${line}: ${ended.stderr}`).toBe(0);
    return ended;
  };
  for (const words of [DEMO, ...EXPORTS]) await ran(words.join(" "));

  writeFileSync(join(folder, "log.csv"), "step,loss\n0,2\n1,1\n");
  const screen = await ran("ui --once --size 80x20");
  await ran("report quickstart -o report.html");
  const query = await ran("query 'select count(*) as n from runs' --json");
  const record = await ran("record log.csv");
  await ran("chart quickstart -o loss.png");
  const [{ provenance }] = JSON.parse((await ran("show quickstart/v7 --json")).stdout);

  expect(provenance.ablate_commit).toMatch(/^[0-9a-f]{40}(\+changes)?$/);
  expect(provenance.kernels_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(screen.stdout).toMatch(/✓ v5 .* finished/);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("quickstart");
  expect(jsonRows(query)).toEqual([{ n: 6 }]);
  expect(record.stdout).toContain("2 steps");
  expect(readdirSync(home).toSorted()).toEqual([".npm", "installed"]);
  return digestOf(folder);
}

async function digestOfCheckout(): Promise<string> {
  const folder = emptyFolder();
  for (const words of [DEMO, ...EXPORTS]) await ablate(folder, ...words);
  return digestOf(folder);
}

test("it trains, shows, reports, asks and records as the checkout does, bit for bit", async () => {
  expect(await use(installed)).toBe(await digestOfCheckout());
});

/** Writes the place of each module that Node loads into the file LOADED. */
const TRACE = `
  import { appendFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({
    load: (url, context, next) => {
      appendFileSync(process.env.LOADED, url + "\\n");
      return next(url, context);
    },
  });`;

/** Returns the folders of the sources of all that a command loads from the package. */
async function loadedBy(folder: string, words: string): Promise<readonly string[]> {
  writeFileSync(join(folder, "trace.mjs"), TRACE);
  const { status, stderr } = await installed.sh(
    folder,
    `rm -f loaded; LOADED=loaded NODE_OPTIONS="--import ./trace.mjs" ablate ${words}`,
  );
  expect(status, stderr).toBe(0);
  const urls = readFileSync(join(folder, "loaded"), "utf8").split("\n");
  const files = urls.filter((url) => url.includes("/lib/node_modules/ablate-lab/lib/"));
  const texts = files.map((url) => readFileSync(new URL(url), "utf8"));
  const sources = texts.flatMap((text) =>
    [...text.matchAll(/^\/\/ (?:packages|node_modules\/\.pnpm)\/([^/\n]+)/gm)].map(
      ([, name = ""]) => name,
    ),
  );
  return [...new Set(sources)].toSorted();
}

test("a command loads neither libraries nor engines that it does not need", async () => {
  const folder = emptyFolder();
  await installed.sh(folder, "ablate new my.yaml && ablate run my.yaml --steps 2 --quiet");

  expect(await loadedBy(folder, "--help")).toEqual(["cli", "text"]);
  expect(await loadedBy(folder, "runs")).toEqual(READING);
  expect(await loadedBy(folder, "ui --once")).toEqual([...READING, "tui"]);
});

const READING = ["assets", "cli", "store", "text"];

const newer = nodeFound(26);

test.skipIf(newer.missing !== null)(
  `installed and used with Node 26 it gives the same bits ${newer.missing ?? ""}`,
  async () => {
    const there = await install(newer.folder ?? "");
    onTestFinished(there.close);

    expect((await there.sh(there.home, "node --version")).stdout).toMatch(/^v26/);
    expect(await use(there)).toBe(await digestOfCheckout());
  },
);

const older = nodeFound(20);

test.skipIf(older.missing !== null)(`Node 20 gets a sentence ${older.missing ?? ""}`, async () => {
  const { status, stdout, stderr } = await installed.sh(
    emptyFolder(),
    `PATH=${older.folder}:$PATH ablate --help`,
  );

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^ablate: it needs Node 24 or later, this is 20\S+; get one from \S+\n$/);
});

test("without any Node it says which one it needs", async () => {
  const { status, stderr } = await installed.sh(
    emptyFolder(),
    `mkdir bin; for name in readlink dirname sh; do ln -s $(command -v $name) bin; done; command=$(command -v ablate); PATH=$PWD/bin $command runs`,
  );

  expect(status).toBe(2);
  expect(stderr).toMatch(/^ablate: there is no node on the PATH, .* Node 24 or later; .*\n$/);
});

test("its training outlives a closed terminal under nohup", async () => {
  const folder = emptyFolder();
  const wait = 'until grep -q \'"event":"progress"\' out; do sleep 0.2; done';

  const { stdout, stderr } = await installed.sh(
    folder,
    `ablate new my.yaml && nohup ablate run my.yaml --steps 300000 --json --workers 1 >out 2>err & run=$!
     ${wait}; kill -HUP $run; : >out; ${wait}; kill -TERM $run; wait $run; echo ended $?`,
  );

  expect(stdout, stderr).toContain("ended 130");
});

test("under too low a limit it says so in a sentence", async () => {
  const { status, stderr } = await installed.sh(emptyFolder(), "ulimit -n 20; ablate runs");

  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^ablate: the limit on open files is 20 .* raise it with: ulimit -n 64\n$/,
  );
});

test("it brings no dependency but SQLite, and says how to get TensorFlow.js", async () => {
  const manifest = JSON.parse(readFileSync(join(installed.folder, "package.json"), "utf8"));
  const doctor = await installed.sh(emptyFolder(), "ablate doctor");
  const run = await installed.sh(
    emptyFolder(),
    "ablate new my.yaml; ablate run my.yaml --engine tfjs",
  );

  expect(Object.keys(manifest.dependencies)).toEqual(["better-sqlite3"]);
  expect(doctor.status, doctor.stdout).toBe(0);
  expect(doctor.stdout).toContain("not needed: TensorFlow.js is not installed");
  expect(run.status).not.toBe(0);
  const peers = Object.entries(manifest.peerDependencies).map((peer) => peer.join("@"));
  expect(run.stderr).toContain(`npm install -g ${peers.join(" ")} `);
});

test("where SQLite does not load, it says so politely", async () => {
  const prebuilds = join(installed.folder, "node_modules/better-sqlite3/prebuilds");
  renameSync(prebuilds, `${prebuilds}-gone`);
  const { status, stderr } = await installed.sh(emptyFolder(), "ablate demo --no-ui");
  renameSync(`${prebuilds}-gone`, prebuilds);

  expect(status).toBe(2);
  expect(stderr).toMatch(/^ablate: SQLite's module better-sqlite3 does not load here: .*\n$/);
});

test("the licence of every module that is bundled is in it, with its text", () => {
  const all = readFileSync(join(installed.folder, "THIRD-PARTY-LICENSES.txt"), "utf8");
  const lib = join(installed.folder, "lib");
  const code = readdirSync(lib)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(lib, name), "utf8"));
  const bundled = code.flatMap((text) => [
    ...text.matchAll(
      /^\/\/(?:#region)? ?node_modules\/\.pnpm\/[^/]+\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/gm,
    ),
  ]);
  const names = new Set(bundled.map(([, name]) => name));

  expect(names.size).toBeGreaterThan(30);
  for (const name of [...names, "dejavu-fonts-ttf", "@resvg/resvg-wasm"]) {
    const [, text = ""] = all.split(`\n${name} `);
    expect(text.slice(0, 12_000), name).toMatch(/Permission|Redistribution|licenses\//);
  }
});

test("configs that come with it are read by name from any folder, with what they extend and their data", async () => {
  const folder = emptyFolder();
  const missing = await installed.sh(folder, "ablate data configs/quickstart.yaml");
  const data = await installed.sh(folder, "ablate data builtin:quickstart");
  const plan = await installed.sh(folder, "ablate plan builtin:lecture/calls --json");

  expect([missing.status, missing.stderr]).toEqual([
    2,
    "configs/quickstart.yaml: no such file; it comes with ablate, write builtin:quickstart\n",
  ]);
  expect(data.stdout, data.stderr).toContain("builtin:names: 32,257 names");
  expect(plan.status, plan.stderr).toBe(0);
  expect(jsonRows(plan)).toHaveLength(8);
});

test("every link and picture of its pages is in it", () => {
  const pages = readdirSync(installed.folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".md") && !path.includes("node_modules"),
  );
  const targets = pages.flatMap((page) => {
    const prose = readFileSync(join(installed.folder, page), "utf8").replace(
      /^```[\s\S]*?^```/gm,
      "",
    );
    const found = prose.matchAll(/\]\(([^)\s]+)\)|src(?:set)?="([^"]+)"/g);
    return [...found].map(([, link, source]) => ({ page, target: link ?? source ?? "" }));
  });
  const dead = targets.filter(
    ({ page, target }) =>
      !/^(?:[a-z]+:|#)/.test(target) &&
      !existsSync(join(installed.folder, dirname(page), target.replace(/#.*/, ""))),
  );

  expect(pages.length).toBeGreaterThan(25);
  expect(targets.length).toBeGreaterThan(100);
  expect(dead).toEqual([]);
});

test("npx runs it by the name of the package, where nothing is installed", async () => {
  const { status, stdout, stderr } = await installed.sh(
    emptyFolder(),
    "npx --yes ablate-lab demo --steps 20 --no-ui",
  );

  expect(status, stderr).toBe(0);
  expect(stdout).toContain("v7");
});
