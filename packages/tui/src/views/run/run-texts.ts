/** Evaluations, samples, config, provenance and log of a run. */
import { clean, count, counted, cutText, loss, UNKNOWN, wrapWords } from "@ablate/text";
import type { RunFacts } from "../../data/facts.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { beside, type Line, line, piece } from "../../text/line.ts";
import type { Canvas } from "../view.ts";

const GAP = 2;

/** Draws evaluations, samples, config, provenance and log, side by side where there is room. */
export function texts(canvas: Canvas, run: ShownRun, facts: RunFacts): Line[][] {
  const { columns } = canvas;
  const isWide = columns >= 110;
  const width = isWide ? Math.floor((columns - GAP) / 2) : columns;
  const pairs = [
    [evaluations(facts), samples(facts, width)],
    [settings(canvas, run), [...provenance(facts), [], ...log(facts)]],
  ];
  if (!isWide) return pairs.flat().filter((section) => section.some((one) => one.length > 0));
  return pairs.map((pair) =>
    beside(
      pair.map((lines) => ({ lines, width })),
      GAP,
    ),
  );
}

function heading(text: string): Line {
  return [{ text, bold: true }];
}

function evaluations({ evaluations: rows }: RunFacts): Line[] {
  if (rows.length === 0) return [heading("evaluations"), [piece("none yet", "muted")]];
  const split = (name: string): number => ["train", "valid", "test"].indexOf(name);
  const sorted = rows.toSorted((a, b) => a.step - b.step || split(a.split) - split(b.split));
  return [
    heading("evaluations"),
    [
      piece(
        `${"after".padStart(9)}  split  ${"statistics".padEnd(10)}  ${"loss".padStart(8)}`,
        "muted",
      ),
    ],
    ...sorted.map(
      ({ step, split: name, statistics, loss: value }): Line => [
        piece(
          `${count(step).padStart(9)}  ${name.padEnd(5)}  ${statistics.padEnd(10)}  ${loss(value).padStart(8)}`,
        ),
      ],
    ),
  ];
}

function samples(facts: RunFacts, width: number): Line[] {
  const lines = sampleLines(facts, width);
  return lines.length > 0 ? lines : [heading("samples"), [piece("none yet", "muted")]];
}

/** Lists sampled names, the latest step first. */
export function sampleLines({ samples: rows }: RunFacts, width: number): Line[] {
  const steps = [...new Set(rows.map(({ step }) => step))].sort((a, b) => b - a);
  return steps.flatMap((step) => {
    const names = rows
      .filter((one) => one.step === step)
      .map(({ text }) => (text === "" ? '""' : clean(text)));
    return [heading(`names after ${counted(step, "step")}`), ...wrap(names, width)];
  });
}

/** Fills lines of at most `width` cells with words; a longer word is cut. */
export function wrap(words: readonly string[], width: number): Line[] {
  return wrapWords(words, width).map((text) => [piece(cutText(text, width))]);
}

function settings({ scene }: Canvas, run: ShownRun): Line[] {
  const differing = new Set(scene.table.differing);
  const width = Math.max(...run.settings.map(({ key }) => key.length));
  const rows = run.settings.map(
    ({ key, text }): Line => [
      piece(`${key.padEnd(width)}  `, "muted"),
      ...(differing.has(key) ? [{ text: clean(text), bold: true }] : [piece(clean(text))]),
    ],
  );
  return [
    line(
      { text: "config", bold: true },
      piece(differing.size > 0 ? "  (bold: not the same in all runs)" : "", "muted"),
    ),
    ...rows,
  ];
}

function provenance({ provenance: facts }: RunFacts): Line[] {
  const entries = Object.entries(facts);
  if (entries.length === 0) return [heading("provenance"), [piece("not trained yet", "muted")]];
  const width = Math.max(...entries.map(([key]) => key.length));
  return [
    heading("provenance"),
    ...entries.map(
      ([key, value]): Line => [
        piece(`${key.padEnd(width)}  `, "muted"),
        piece(clean(String(value ?? UNKNOWN))),
      ],
    ),
  ];
}

function log({ events }: RunFacts): Line[] {
  const rows = events.map(
    ({ atMs, kind, message }): Line => [
      piece(`${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")}  `, "muted"),
      piece(clean(`${kind}${message === null ? "" : `: ${message}`}`)),
    ],
  );
  return [
    line({ text: "log", bold: true }, piece("  (UTC)", "muted")),
    ...(rows.length > 0 ? rows : [[piece("nothing yet", "muted" as const)]]),
  ];
}
