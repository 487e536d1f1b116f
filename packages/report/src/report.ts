import type { RunSummary, StoreReader } from "@ablate/store";
import { counted, toMinute } from "@ablate/text";
import { type ReportFacts, readFacts } from "./data/facts.ts";
import { type Content, html } from "./html.ts";
import { drawer } from "./layout/draw.ts";
import { details, page, sentences } from "./layout/page.ts";
import { answerSection } from "./sections/answer.ts";
import { effectsSection, isFactorial, pairWords } from "./sections/differences.ts";
import { findingsSection } from "./sections/findings.ts";
import { importanceSection } from "./sections/importance.ts";
import { layersSection } from "./sections/layers.ts";
import { lossSection } from "./sections/loss.ts";
import { recordedSection } from "./sections/recorded.ts";
import { everyRun, extentWords } from "./sections/runs.ts";
import { saturationSection, saturationTitle } from "./sections/saturation.ts";
import { sensitivitySection } from "./sections/sensitivity.ts";
import { provenance, settingsSection, sharedSettings } from "./sections/settings.ts";
import { sweepSection } from "./sections/sweep.ts";
import { updatesSection } from "./sections/updates.ts";
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
    { id: "answer", title: "The answer", body: answerSection(facts, draw) },
    {
      id: "effects",
      title: "What each factor does",
      body: isFactorial(facts) ? effectsSection(facts) : null,
    },
    { id: "importance", title: "Which factors decide?", body: importanceSection(facts) },
    { id: "sensitivity", title: "Do factors act together?", body: sensitivitySection(facts, draw) },
    { id: "sweep", title: "All settings", body: sweepSection(facts, draw) },
    { id: "loss", title: "Loss", body: lossSection(facts, draw) },
    { id: "updates", title: "Does every parameter learn?", body: updatesSection(facts, draw) },
    { id: "recorded", title: "What else was recorded", body: recordedSection(facts, draw) },
    { id: "layers", title: "Inside the layers", body: layersSection(facts, draw) },
    { id: "saturation", title: saturationTitle(facts), body: saturationSection(facts) },
    { id: "findings", title: "Findings", body: findingsSection(facts) },
    {
      id: "settings",
      title: "Settings that differ",
      body: facts.runs.length === 1 ? null : settingsSection(facts),
    },
    { id: "rest", title: "Everything else", body: restSection(facts) },
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

/** Folds what few readers look for. */
function restSection(facts: ReportFacts): Content {
  const pairs = pairWords(facts);
  const effects = isFactorial(facts) ? null : effectsSection(facts);
  const others = effects === null ? null : details("what each setting does alone", effects);
  return html`${others}${details("every run", everyRun(facts))}${pairs.length === 0 ? null : details("every two groups compared", sentences(pairs))}${details("settings that all runs share", sharedSettings(facts))}${details("where the numbers come from", provenance(facts))}`;
}
