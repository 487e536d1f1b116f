import type { RunSummary, StoreReader } from "@ablate/store";
import { counted } from "@ablate/text";
import { drawer } from "./chart/draw.ts";
import { type ReportFacts, readFacts } from "./data/facts.ts";
import { html } from "./html.ts";
import { type PageSection, page } from "./layout/page.ts";
import { differencesSection } from "./sections/differences.ts";
import { findingsSection } from "./sections/findings.ts";
import { layersSection } from "./sections/layers.ts";
import { lossSection } from "./sections/loss.ts";
import { extentWords, runsSection } from "./sections/runs.ts";
import { settingsSection } from "./sections/settings.ts";
import { startSection } from "./sections/start.ts";
import { summarySection } from "./sections/summary.ts";
import { updatesSection } from "./sections/updates.ts";
import { count } from "./text.ts";

export type ReportOptions = {
  readonly title: string;
  /** What the runs are to answer; may be empty. */
  readonly question: string;
  /** Of the program. */
  readonly version: string;
  /** When the report is made, milliseconds since 1970. */
  readonly now: number;
};

/** Writes runs as one HTML document that needs nothing but itself. */
export async function reportOf(
  reader: StoreReader,
  runs: readonly RunSummary[],
  { title, question, version, now }: ReportOptions,
): Promise<string> {
  const draw = await drawer();
  const facts = readFacts(reader, runs);
  const sections: readonly (PageSection | null)[] = [
    summarySection(facts),
    runsSection(facts),
    lossSection(facts, draw),
    startSection(facts),
    updatesSection(facts, draw),
    layersSection(facts, draw),
    findingsSection(facts),
    differencesSection(facts, draw),
    settingsSection(facts),
  ];
  const made = new Date(now).toISOString().slice(0, 16).replace("T", " ");
  return page({
    title,
    question,
    facts: extentWords(facts),
    sections: sections.filter((one) => one !== null),
    footer: html`Made by ablate ${version} on ${made} UTC from ${recorded(facts)}. The file needs no network and holds all its charts.`,
  });
}

function recorded({ runs }: ReportFacts): string {
  const done = runs.filter(({ state }) => state === "finished").length;
  return `${counted(runs.length, "run")}, of which ${count(done)} finished`;
}
