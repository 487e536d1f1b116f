import { basename } from "node:path";
import {
  type ComparisonRow,
  compareSeeds,
  differingKeys,
  revisionsOf,
  setting,
  settingTexts,
} from "@ablate/store";
import { ALL_DIGITS, visible } from "@ablate/text";
import { areRecorded, type ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { details, table } from "../layout/page.ts";
import { count } from "../text.ts";

/** Tables the settings that differ. */
export function settingsSection({ runs, groups, comparison }: ReportFacts): Content {
  const { keys } = comparison;
  const texts = settingsOf(
    groups.map(({ row }) => row),
    keys,
    { none: "–" },
  );
  const own = groups.map(({ name, row }) => [name, ...keys.map((key) => texts(row, key))]);
  const apart =
    keys.length === 0
      ? html`<p>${areRecorded(runs) ? "Nothing that their logs say of settings" : "Nothing but the seed"}.</p>`
      : table("By group, beside the seed.", ["group", ...keys], own);
  const seeds = [...new Set(runs.map(({ seed }) => seed ?? "unknown"))].sort((a, b) =>
    a === "unknown" || b === "unknown" ? Number(a === "unknown") : compareSeeds(a, b),
  );
  return html`${groups.length > MOST_ROWS ? details("the settings of every group", apart) : apart}<p>Seeds: ${seeds.join(", ")}.</p>`;
}

/** Tables the settings that all runs share. */
export function sharedSettings({ runs }: ReportFacts): Content {
  const differing = new Set(differingKeys(runs));
  const shared = (runs[0]?.settings ?? []).filter(({ key }) => !differing.has(key));
  const rows = shared.map(({ key, value, text }) => [
    html`<code>${key === "" ? '""' : visible(key)}</code>`,
    DATA_FILES.has(key) ? basename(text) : setting(value, ALL_DIGITS),
  ]);
  return table("Settings that are the same in all runs.", ["key", "value"], rows);
}

/** Keys whose values are paths, of which the last part is enough. */
const DATA_FILES: ReadonlySet<string> = new Set(["data.file", "data.validation", "data.test"]);

const MOST_ROWS = 12;

/**
 * Makes a function that writes the settings of rows, so that no two of a key read the same.
 *
 * @param none - for a row without the key
 * @param isWhole - whether a value is written with all its parts, not with those alone that tell it from others
 */
export function settingsOf(
  rows: readonly ComparisonRow[],
  keys: readonly string[],
  { none, isWhole = true }: { readonly none: string; readonly isWhole?: boolean },
): (row: ComparisonRow, key: string) => string {
  const texts = new Map(
    keys.map((key) => {
      const found = rows.map(({ settings }) => settings.get(key));
      return [key, settingTexts(found, { isWhole })];
    }),
  );
  return (row, key) => {
    const found = row.settings.get(key);
    return found ? (texts.get(key)?.(found) ?? found.text) : none;
  };
}

const NAMES: Readonly<Record<string, string>> = {
  ablate: "version of ablate",
  ablate_commit: "commit of ablate",
  kernels_sha256: "kernels of ablate, SHA-256",
  git_commit: "commit",
  git_dirty: "changes that were not committed",
  data_sha256: "data, SHA-256",
  lockfile_sha256: "lockfile, SHA-256",
  node: "Node",
  v8: "V8",
  os: "system",
  cpu: "processor",
  backend: "backend",
  backend_version: "version of the backend",
  threads: "threads",
};

/** Lists values with how many runs have each, without names of machines. */
export function provenance({ runs, provenance: known }: ReportFacts): Content {
  const started = runs.flatMap(({ startedAt }) => startedAt ?? []).sort();
  const ended = runs.flatMap(({ endedAt }) => endedAt ?? []).sort();
  const engines = [...new Set(runs.map(({ engine }) => engine))].join(", ");
  const revisions = revisionsOf(runs).join("; ");
  const logs = [...new Set(runs.flatMap(({ source }) => source ?? []))].join(", ");
  const rows = Object.entries(NAMES).flatMap(([key, title]) => {
    const values = known.flatMap((facts) => facts[key] ?? []);
    const texts = values.map((value) =>
      typeof value === "boolean" ? (value ? "yes" : "no") : String(value),
    );
    const counts = [...Map.groupBy(texts, (text) => text)];
    if (counts.length === 0) return [];
    const said = counts.map(([text, { length }]) =>
      counts.length === 1 ? text : `${text} (${count(length)} runs)`,
    );
    return [[title, said.join("; ")]];
  });
  return table(
    "Provenance of the runs.",
    ["what", "value"],
    [
      ["engine", engines],
      ...(logs === "" ? [] : [["recorded from logs", logs]]),
      ...(revisions === "" ? [] : [["revision of the engine", revisions]]),
      ...rows,
      ["first run started", started[0] ?? "–"],
      ["last run ended", ended.at(-1) ?? "–"],
    ],
  );
}
