/** Kernels of the same bits from the outside: what is said of those that are not the fastest, and what they train. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import {
  ablateWith,
  COMMAND,
  type Ended,
  jsonRows,
  makeFolder,
  spawnAblate,
  spawnAblateWith,
} from "./make.ts";

const RUN = ["run", "small.yaml", "--only", "plain", "--steps", "40"];

/** Folders in which the same run was trained, by what the environment asked for. */
const trained: { readonly wish: string; readonly folder: string; readonly ended: Ended }[] = [];

beforeAll(() => {
  for (const wish of ["", "differing", "soft", "unpaired,wide", "narrow"]) {
    const folder = makeFolder();
    trained.push({
      wish,
      folder,
      ended: spawnAblateWith({ ABLATE_KERNELS: wish }, folder, ...RUN),
    });
  }
});

test("every kind of kernels trains the same bits", () => {
  const bits = trained.map(({ folder }) =>
    [
      "select step, loss from loss",
      "select step, param, ratio from update_ratio",
      "select * from evals",
    ].map((sql) => spawnAblate(folder, "query", sql, "--json").stdout),
  );

  expect(bits[0]?.[0]).toContain('"step":39');
  for (const rows of bits[0] ?? []) expect(rows).toContain("{");
  for (const other of bits) expect(other).toEqual(bits[0]);
});

test("where pairs of vectors do not pass the self-test, run says so once and trains without them", () => {
  const { folder, ended } = of("differing");
  const why =
    /^V8 [\w.-]+ computes other bits with vectors of 256 bits \(update\); the same bits, half as fast$/;

  expect(ended.status).toBe(0);
  const said = ended.stderr.split("\n").filter((line) => line.startsWith("engine simd: "));
  expect(said).toHaveLength(1);
  const [, reason = ""] = said[0]?.split("(fused, 128 bits): ") ?? [];
  expect(reason).toMatch(why);
  expect(provenanceIn(folder)).toMatchObject({
    backend: "simd",
    backend_version: "fused, 128 bits",
    backend_reason: reason,
  });
});

test("doctor shows which kernels pass here", () => {
  const doctor = (wish: string): string =>
    spawnAblateWith({ ABLATE_KERNELS: wish }, makeFolder(), "doctor").stdout;

  expect(doctor("differing")).toMatch(
    /^ok +engine simd .* \(fused, 128 bits\), revision \d+: V8 .* other bits/m,
  );
  expect(doctor("")).toMatch(
    /^ok +engine simd +trains on our own WebAssembly kernels \(\w+, \d+ bits\), revision \d+$/m,
  );
});

test("the kernels that trained a run are stored with it, and its hash does not depend on them", () => {
  expect(provenanceIn(of("soft").folder)).toMatchObject({
    backend_version: "soft, 128 bits",
    backend_reason: "asked for",
  });
  const hashes = trained.map(
    ({ folder }) => jsonRows(spawnAblate(folder, "runs", "--json"))[0]?.hash,
  );
  expect(new Set(hashes).size).toBe(1);
});

test.each(["fast", "wide,narrow"])(
  "ABLATE_KERNELS=%s is one sentence, before anything is read or stored",
  async (wish) => {
    const folder = makeFolder();
    const commands = [RUN, ["verify", "small.yaml"], ["sample", "small/plain"], ["demo"]];

    for (const command of commands) {
      const { status, stdout, stderr } = await ablateWith(
        { ABLATE_KERNELS: wish },
        folder,
        ...command,
      );

      expect([status, stdout, stderr]).toEqual([
        2,
        "",
        expect.stringMatching(/^ablate: ABLATE_KERNELS is .*; .*\n$/),
      ]);
    }
    expect(readdirSync(folder).sort()).toEqual(["names.txt", "small.yaml"]);
  },
);

test("without WebAssembly reading works, and training says what is missing", () => {
  const { folder } = of("");
  const [node, ...main] = COMMAND;
  const jitless = (...args: readonly string[]): Ended =>
    spawnSync(node, ["--jitless", ...main, ...args], { cwd: folder, encoding: "utf8" });
  const sentence =
    "ablate: this Node runs without WebAssembly, which all training needs; start it without --jitless\n";

  expect(jitless("runs").stdout).toContain("small/plain");
  expect(jitless("sample", "small/plain")).toMatchObject({ status: 2, stderr: sentence });
  expect(jitless(...RUN, "--restart", "--quiet")).toMatchObject({ status: 2, stderr: sentence });
  expect(jsonRows(spawnAblate(folder, "runs", "--json"))[0]?.state).toBe("finished");
});

function of(wish: string): (typeof trained)[number] {
  const found = trained.find((one) => one.wish === wish);
  if (found === undefined) throw new RangeError(`nothing was trained with ${wish}`);
  return found;
}

function provenanceIn(folder: string): unknown {
  return jsonRows(spawnAblate(folder, "show", "small/plain", "--json"))[0]?.provenance;
}
