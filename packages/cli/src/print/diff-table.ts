import { setting } from "@ablate/store";
import { listed, table, UNKNOWN } from "@ablate/text";
import type { Difference, Side } from "../diff/compare.ts";

/** Characters of a hash that are shown. */
const HASH = 12;

/** Tables the keys that differ, and whether they belong to the identity; then answers whether the runs are the same. */
export function diffTable(a: Side, b: Side, differences: readonly Difference[]): string {
  const rows = differences.map((one) => [one.key, ...values(one), one.identity ? "yes" : "no"]);
  const [titleA, titleB] = a.name === b.name ? ["A", "B"] : [a.name, b.name];
  const titles = ["key", titleA, titleB, "identity"].map((title) => ({ title }));
  return `${rows.length === 0 ? "" : `${table(titles, rows)}\n`}${verdict(a, b, differences)}\n`;
}

function verdict(a: Side, b: Side, differences: readonly Difference[]): string {
  if (a.hash === b.hash) return `the same run: ${a.name}, ${a.state}`;
  const keys = differences.filter(({ identity }) => identity).map(({ key }) => key);
  const reasons = keys.length === 0 ? ["what another version made of the config"] : keys;
  return `not the same run, because of ${listed(reasons)}`;
}

/** Writes both values in short where that tells them apart, else in full. */
function values({ key, a, b }: Difference): readonly [string, string] {
  if (key === "data") return [hashText(a), hashText(b)];
  const [shortA, shortB] = [a, b].map((value) => (value === null ? UNKNOWN : setting(value)));
  if (shortA !== undefined && shortB !== undefined && shortA !== shortB) return [shortA, shortB];
  return [JSON.stringify(a), JSON.stringify(b)];
}

function hashText(hash: unknown): string {
  return typeof hash === "string" ? `${hash.slice(0, HASH)}…` : "unknown";
}
