import { basename } from "node:path";
import { differingKeys } from "@ablate/store";
import type { ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { details, type PageSection, table } from "../layout/blocks.ts";
import { count } from "../text.ts";

/** Tables the settings that all runs share, those that differ, and where the runs come from. */
export function settingsSection(facts: ReportFacts): PageSection {
  const { runs, groups, comparison } = facts;
  const differing = new Set(differingKeys(runs));
  const base = (runs[0]?.settings ?? []).filter(({ key }) => !differing.has(key));
  const { keys } = comparison;
  const apart =
    keys.length === 0
      ? html`<p>Nothing but the seed.</p>`
      : table({
          caption: "What differs between groups.",
          columns: [{ title: "group" }, ...keys.map((title) => ({ title }))],
          rows: groups.map(({ name, row }) => [
            name,
            ...keys.map((key) => row.settings.get(key)?.text ?? "–"),
          ]),
        });
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  return {
    id: "settings",
    title: "Settings and provenance",
    body: html`<h3>What differs</h3>${groups.length > MOST_ROWS ? details("the settings of every group", apart) : apart}<p>Seeds: ${seeds.join(", ")}.</p>
<h3>What all runs share</h3>${table({ caption: "Settings that are the same in all runs.", columns: [{ title: "key" }, { title: "value" }], rows: base.map(({ key, text }) => [html`<code>${key}</code>`, key === "data.file" ? basename(text) : text]) })}
<h3>Where the numbers come from</h3>${provenance(facts)}`,
  };
}

const MOST_ROWS = 12;

const NAMES: Readonly<Record<string, string>> = {
  ablate: "version of ablate",
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
};

/** Lists values with how many runs have each, without names of machines. */
function provenance({ runs, provenance: byRun }: ReportFacts): Content {
  const started = runs.flatMap(({ startedAt }) => startedAt ?? []).sort();
  const ended = runs.flatMap(({ endedAt }) => endedAt ?? []).sort();
  const known = [...byRun.values()].filter((facts) => Object.keys(facts).length > 0);
  const rows = Object.entries(NAMES).flatMap(([key, title]): readonly (readonly Content[])[] => {
    const counts = new Map<string, number>();
    for (const facts of known) {
      const value = facts[key];
      if (value === null || value === undefined) continue;
      const text = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    if (counts.size === 0) return [];
    const values = [...counts].map(([text, n]) =>
      counts.size === 1 ? text : `${text} (${count(n)} runs)`,
    );
    return [[title, values.join("; ")]];
  });
  const engines = [...new Set(runs.map(({ engine }) => engine))].join(", ");
  return table({
    caption: "Provenance of the runs.",
    columns: [{ title: "what" }, { title: "value" }],
    rows: [
      ["engine", engines],
      ...rows,
      ["first run started", started[0] ?? "–"],
      ["last run ended", ended.at(-1) ?? "–"],
    ],
  });
}
