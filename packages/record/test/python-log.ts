/** Logs that the real libraries write, in folders of their own. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { type PythonSet, pythonWith } from "../../../testing/python.ts";

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-record-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Which of the sets is not there; null: none. */
export function missingOf(sets: readonly PythonSet[]): string | null {
  return sets.map((set) => pythonWith(set).missing).find((one) => one !== null) ?? null;
}

/** What a script says that it has written: by run and metric, steps and numbers as Python prints them. */
export type Written = Readonly<
  Record<string, Readonly<Record<string, readonly (readonly [number, string])[]>>>
>;

/** Returns what was written of a metric, as `points` returns what was read. */
export function writtenPoints(
  all: readonly (readonly [number, string])[] | undefined,
): (readonly [step: number, number: number])[] {
  return (all ?? []).map(([step, text]) => [step, pythonNumber(text)]);
}

function pythonNumber(text: string): number {
  const [, minus, word] = /^(-?)(inf|nan)$/.exec(text) ?? [];
  if (word === undefined) return Number(text);
  if (word === "nan") return Number.NaN;
  return minus === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Runs one of the scripts in `python/` in a new folder; returns the folder, and the JSON that it prints. */
export function writtenBy(
  sets: readonly PythonSet[],
  [script, ...words]: readonly [string, ...string[]],
): { readonly folder: string; readonly written: Written } {
  const folder = temporaryFolder();
  const environments = sets.map((set) => pythonWith(set).env);
  const path = environments.map(({ PYTHONPATH }) => PYTHONPATH).join(delimiter);
  const env = { ...environments[0], PYTHONPATH: path, TF_CPP_MIN_LOG_LEVEL: "3" };
  const file = join(import.meta.dirname, "python", script);
  const { status, stdout, stderr } = spawnSync("python3", [file, ...words, folder], {
    env: words[0] === "tensorflow" ? { ...env, KERAS_BACKEND: "tensorflow" } : env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return { folder, written: JSON.parse(stdout.split("\n").at(-2) ?? "") };
}

/** All files below a folder. */
export function filesIn(folder: string): string[] {
  return globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
