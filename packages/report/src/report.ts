import type { RunSummary, StoreReader } from "@ablate/store";
import { counted } from "@ablate/text";
import { drawer } from "./chart/draw.ts";
import { type ReportFacts, readFacts } from "./data/facts.ts";
import { type Content, html } from "./html.ts";
import { type PageSection, page, sentences } from "./layout/page.ts";
import { differencesSection, differenceWords } from "./sections/differences.ts";
import { findingsSection } from "./sections/findings.ts";
import { layersSection, saturationWords } from "./sections/layers.ts";
import { lossSection } from "./sections/loss.ts";
import { extentWords, runsSection, troubleWords } from "./sections/runs.ts";
import { settingsSection } from "./sections/settings.ts";
import { startSection, startWords } from "./sections/start.ts";
import { updatesSection, updateWords } from "./sections/updates.ts";
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

/** Answers in sentences, each made of what the store says. */
function summarySection(facts: ReportFacts): PageSection {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["What went wrong or is missing", troubleWords(facts)],
    ["What differs by more than chance", differenceWords(facts)],
    ["How training begins", startWords(facts)],
    ["What is saturated", saturationWords(facts)],
    ["What learns too fast or too slowly", updateWords(facts)],
    ["What the rules say", findingWords(facts)],
  ];
  const body = parts
    .filter(([, texts]) => texts.length > 0)
    .map(([title, texts]): Content => html`<h3>${title}</h3>${sentences(texts)}`);
  return { id: "summary", title: "In short", body };
}

function findingWords({ groups }: ReportFacts): readonly string[] {
  if (groups.every(({ judged }) => judged === 0)) return [];
  const levels = groups.flatMap(({ findings }) => findings.map(({ level }) => level));
  const said = Object.entries({ error: "error", warning: "warning", info: "note" }).flatMap(
    ([level, word]) => {
      const { length } = levels.filter((one) => one === level);
      return length === 0 ? [] : [counted(length, word)];
    },
  );
  if (said.length === 0) return ["Nothing."];
  return [`${said.join(", ")}, counted once for each group: see Findings.`];
}
