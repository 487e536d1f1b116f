import { counted } from "@ablate/text";
import type { ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { type PageSection, sentences } from "../layout/page.ts";
import { differenceWords } from "./differences.ts";
import { saturationWords } from "./layers.ts";
import { troubleWords } from "./runs.ts";
import { startWords } from "./start.ts";
import { updateWords } from "./updates.ts";

/** Answers in sentences, each made of what the store says. */
export function summarySection(facts: ReportFacts): PageSection {
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
  const found = groups.flatMap(({ findings }) => findings);
  const of = (level: string): number => found.filter((one) => one.level === level).length;
  const parts = [
    [of("error"), "error"],
    [of("warning"), "warning"],
    [of("info"), "note"],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, word]) => counted(n, word));
  return [
    said.length === 0
      ? "Nothing."
      : `${said.join(", ")}, counted once for each group: see Findings.`,
  ];
}
