import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { ablate, jsonRows } from "./make.ts";

const DATA = fileURLToPath(new URL("../../../data/names.txt", import.meta.url));
const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));

/** Seeds of the grid of v1 to v7. */
export const SEEDS = [42, 43, 44, 45, 46] as const;

/** The update:data ratio of hidden weights below which a rule calls them slow there. */
export const SLOW = 0.0008;

/**
 * A folder whose `ablate.db` has v1 to v7 with five seeds, trained for 2,500 steps on every eighth name;
 * a threshold finds some of them slow.
 */
export async function sevenFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ablate-report-"));
  const names = readFileSync(DATA, "utf8").trim().split("\n");
  writeFileSync(join(folder, "names.txt"), names.filter((_, i) => i % 8 === 0).join("\n"));
  writeFileSync(
    join(folder, "seven.yaml"),
    `name: seven
description: What does the scale of the initial weights alone decide?
extends: ${CONFIGS}init-schemes.yaml
data: { file: names.txt, context: 3, shuffle_seed: 42 }
train: { steps: 2500, lr: { 0: 0.1, 1500: 0.01 } }
thresholds: { slow_updates: ${SLOW} }
seeds: [${SEEDS.join(", ")}]
`,
  );
  const { status, stderr } = await ablate(folder, "run", "seven.yaml", "--quiet");
  expect([stderr, status]).toEqual(["", 0]);
  return folder;
}

/** Makes a report and gives back its HTML, with its script. */
export async function reportIn(folder: string, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await ablate(
    folder,
    "report",
    ...args,
    "-o",
    "report.html",
    "--force",
  );
  expect([stderr, status]).toEqual([expect.stringMatching(/^wrote report\.html, /), 0]);
  return readFileSync(join(folder, "report.html"), "utf8");
}

/** The sentences of a report, as a reader sees them. */
export function sentencesOf(html: string): readonly string[] {
  const lists = [...html.matchAll(/<ul class="sentences">(.*?)<\/ul>/gs)].map(
    ([, items = ""]) => items,
  );
  return lists.flatMap((items) =>
    [...items.matchAll(/<li>(.*?)<\/li>/gs)].map(([, inner = ""]) => textOf(inner)),
  );
}

/** The sentence under the first picture. */
export function answerOf(html: string): string {
  return textOf(/<p class="answer">(.*?)<\/p>/s.exec(html)?.[1] ?? "");
}

export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** Rows of a query over the store of a folder. */
export async function rowsOf(
  folder: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return jsonRows(await ablate(folder, "query", sql, "--json"));
}

/** The numbers in a column of such rows. */
export function numbersOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  column: string,
): readonly number[] {
  return rows.map((row) => Number(row[column]));
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function stdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
}
