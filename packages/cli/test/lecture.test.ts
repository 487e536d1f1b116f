/** The lecture's second part, one generator through all of its calls, on the project's names beside PyTorch. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { type LectureCall, lecture } from "../../core/test/lecture-goldens.ts";
import { ablate, jsonRows } from "./make.ts";
import { train } from "./train.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ablate-lecture-"));
const calls = lecture.calls.map((call, i) => ({ run: `lecture/call-${i + 1}`, call, i }));

beforeAll(() => train(folder, join(ROOT, "configs/lecture/calls.yaml")), 60_000);

type Row = Readonly<Record<string, unknown>>;

const query = async (sql: string): Promise<readonly Row[]> =>
  jsonRows(await ablate(folder, "query", sql, "--json"));

/** Call 8 amplifies rounding, of its initial tensors too: after 1,000 steps nothing of its statistics can be compared. */
const isChaotic = (i: number): boolean => i === 7;

test.each(calls)(
  "$run begins where the calls before it have left the generator",
  async ({ run, call, i }) => {
    const [settings] = jsonRows(await ablate(folder, "show", run, "--json"));
    const [row] = await query(`select loss from loss where run = '${run}' and step = 0`);

    const { init }: { init: { skip?: number } } = JSON.parse(String(settings?.config));
    expect(init.skip ?? 0).toBe(call.skip);
    expect(Number(row?.loss)).toBeCloseTo(call.loss, isChaotic(i) ? 4 : 5);
  },
);

test.each(calls.filter(({ i }) => !isChaotic(i)))(
  "$run: layers over the batch of the last step are PyTorch's",
  async ({ run, call }) => {
    const rows = await query(
      `select kind, mean, std from layer_stats where run = '${run}' and step = ${await lastStep(run)}
      and kind like 'activation%' and layer like 'hidden%' order by layer`,
    );
    for (const [kind, key] of [
      ["activation", "value"],
      ["activation_gradient", "gradient"],
    ] as const) {
      const ours = rows.filter((row) => row.kind === kind);

      expect(ours).toHaveLength(5);
      for (const [i, { mean, std }] of ours.entries()) {
        const wanted = call.layers[i]?.[key];
        const spread = wanted?.std ?? Number.NaN;
        expect(Math.abs(Number(std) / spread - 1)).toBeLessThan(2e-5);
        expect(Math.abs(Number(mean) - (wanted?.mean ?? Number.NaN)) / spread).toBeLessThan(2e-5);
      }
    }
  },
);

test.each(calls.filter(({ i }) => !isChaotic(i)))(
  "$run: gradients beside the weights that their update has left",
  async ({ run, call }) => {
    const last = await lastStep(run);
    const rows = await query(
      `select g.std as std, g.std / w.std as ratio
      from layer_stats g join layer_stats w using (run, layer) where run = '${run}'
      and g.kind = 'weight_gradient' and w.kind = 'weight' and g.step = ${last} and w.step = ${last + 1}
      order by layer`,
    );

    expect(rows).toHaveLength(7);
    for (const [i, { std, ratio }] of rows.entries()) {
      const wanted: LectureCall["weights"][number] | undefined = call.weights[i];
      expect(Math.abs(Number(std) / (wanted?.gradient.std ?? Number.NaN) - 1)).toBeLessThan(2e-5);
      expect(Math.abs(Number(ratio) / (wanted?.ratio ?? Number.NaN) - 1)).toBeLessThan(2e-5);
    }
  },
);

test("the diagnosis says that its figures are of a step's batch", async () => {
  const { stdout } = await ablate(folder, "diagnose", "lecture/call-4");

  expect(stdout).toContain("of 32 examples of the training split, those that the next step is");
});

test("names are those that torch.multinomial draws", async () => {
  const words = ["--multinomial", "--seed", String(lecture.seed), "--json"];
  const rows = jsonRows(await ablate(folder, "sample", "lecture/call-6", ...words));
  const usual = jsonRows(await ablate(folder, "sample", "lecture/call-6", "--json"));

  expect(rows.map(({ text }) => text)).toEqual(lecture.calls[5]?.names);
  expect(usual.map(({ text }) => text)).not.toEqual(lecture.calls[5]?.names);
});

const script = (...words: readonly string[]) =>
  spawnSync(process.execPath, [join(ROOT, "docs/lecture.ts"), ...words], { encoding: "utf8" });

test("pnpm lecture prints every line, and says which have other digits than the lecture", () => {
  const { status, stdout, stderr } = script(join(ROOT, "data/names.txt"));
  const lines = stdout.split("\n").filter((line) => /^ +0\/|^layer|^gradient|^weight/.test(line));

  expect([status, stderr]).toEqual([1, ""]);
  expect(lines).toHaveLength(8 + 4 * 10 + 2 * 7);
  expect(lines[11]).toBe(
    `${"      0/      1: 4.1105".padEnd(84)}  another number than the lecture's 3.9508`,
  );
  expect(stdout).toContain("61 lines have others: is ");
}, 60_000);

test.each([
  [[], /^usage: pnpm lecture FILE/],
  [["nothing.txt"], /^--set data\.file=.*nothing\.txt: data\.file: .*: no such file\n$/],
])("pnpm lecture %j says in one sentence what is wrong", (words, sentence) => {
  const { status, stdout, stderr } = script(...words);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(sentence);
});

async function lastStep(run: string): Promise<number> {
  const [row] = await query(`select steps from runs where run = '${run}'`);
  return Number(row?.steps) - 1;
}
