import type { RunSummary, StoreReader } from "@ablate/store";
import { counted, toMinute } from "@ablate/text";
import { type ReportFacts, readFacts } from "./data/facts.ts";
import { type Content, html } from "./html.ts";
import { type Draw, drawer } from "./layout/draw.ts";
import { page, sentences } from "./layout/page.ts";
import { differencesFigure, differencesSection, differenceWords } from "./sections/differences.ts";
import { findingsSection } from "./sections/findings.ts";
import { layersSection, saturationWords } from "./sections/layers.ts";
import { lossSection } from "./sections/loss.ts";
import { recordedSection } from "./sections/recorded.ts";
import { extentWords, runsSection, troubleWords } from "./sections/runs.ts";
import { sensitivitySection } from "./sections/sensitivity.ts";
import { settingsSection } from "./sections/settings.ts";
import { startSection, startWords } from "./sections/start.ts";
import { updatesSection, updateWords } from "./sections/updates.ts";
import { count } from "./text.ts";

export type ReportOptions = {
  readonly title: string;
  /** What the runs are to answer; may be empty. */
  readonly question: string;
  /** Version of the program. */
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
  const draw = drawer();
  const facts = readFacts(reader, runs);
  const sections = [
    { id: "summary", title: "In short", body: summarySection(facts, draw) },
    { id: "runs", title: "What came out", body: runsSection(facts) },
    { id: "loss", title: "Loss", body: lossSection(facts, draw) },
    { id: "start", title: "The first steps", body: startSection(facts) },
    { id: "updates", title: "Does every parameter learn?", body: updatesSection(facts, draw) },
    { id: "recorded", title: "What else was recorded", body: recordedSection(facts, draw) },
    { id: "layers", title: "Inside the layers", body: layersSection(facts, draw) },
    { id: "findings", title: "Findings", body: findingsSection(facts) },
    { id: "differences", title: "Larger than chance?", body: differencesSection(facts) },
    { id: "sensitivity", title: "Do factors act together?", body: sensitivitySection(facts, draw) },
    { id: "settings", title: "Settings and provenance", body: settingsSection(facts) },
  ];
  const made = toMinute(new Date(now).toISOString());
  return page({
    title,
    question,
    facts: extentWords(facts),
    sections: sections.filter(({ body }) => body !== null),
    footer: html`Made by ablate ${version} on ${made} UTC from ${recorded(facts)}. The file needs no network and holds all its charts.`,
  });
}

function recorded({ runs }: ReportFacts): string {
  const done = runs.filter(({ state }) => state === "finished").length;
  return `${counted(runs.length, "run")}, of which ${count(done)} finished`;
}

/** Answers in sentences, each made of what the store says, and in the picture of the differences. */
function summarySection(facts: ReportFacts, draw: Draw): Content {
  const parts: readonly (readonly [string, readonly string[], Content])[] = [
    ["What went wrong or is missing", troubleWords(facts), null],
    ["What differs by more than chance", differenceWords(facts), differencesFigure(facts, draw)],
    ["How training begins", startWords(facts), null],
    ["What is saturated", saturationWords(facts), null],
    ["What learns too fast or too slowly", updateWords(facts), null],
    ["What the rules say", findingWords(facts), null],
  ];
  return parts
    .filter(([, texts]) => texts.length > 0)
    .map(([title, texts, picture]) => html`<h3>${title}</h3>${picture}${sentences(texts)}`);
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
