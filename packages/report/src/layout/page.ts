import { type Stroke, strokeAt } from "@ablate/figures";
import { type Group, titleOf } from "../data/facts.ts";
import { type Content, Html, html } from "../html.ts";

type PageSection = { readonly id: string; readonly title: string; readonly body: Content };

type Page = {
  readonly title: string;
  readonly question: string;
  readonly facts: Content;
  readonly sections: readonly PageSection[];
  readonly footer: Content;
};

/** Allows nothing but what the file brings along: no request can leave it. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Writes a whole document. */
export function page({ title, question, facts, sections, footer }: Page): string {
  const links = sections.map(({ id, title: text }) => html`<li><a href="#${id}">${text}</a></li>`);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${question === "" ? null : html`<p class="question">${question}</p>`}
<p class="facts">${facts}</p>
</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>
${sections.map(
  ({ id, title: text, body }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${text}</h2>
${body}
</section>
`,
)}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
}

/** Sets a chart with its caption; its numbers lie folded below it. */
export function figure(charts: Content, caption: string, numbers: Html | null = null): Html {
  const folded = numbers === null ? null : details("the numbers as a table", numbers);
  return html`<figure>${charts}<figcaption>${caption}</figcaption></figure>
${folded}`;
}

/** Sets a chart in two sizes: on a small page the second is shown, with its legend below, and nothing scrolls. */
export function sized(large: Html, small: Html, legend: readonly Content[]): Html {
  const names = html`<ul class="legend">${legend.map((name) => html`<li>${name}</li>`)}</ul>`;
  return html`<div class="large">${large}</div><div class="small">${small}${names}</div>`;
}

/** Sets charts in rows of so many; where there is no room, those of a column below one another, column by column. */
export function rowsOf(columns: number, charts: readonly Content[]): Html {
  return html`<div class="panels rows rows-${String(columns)}">${charts}</div>`;
}

/** Sets charts side by side where there is room. */
export function panels(charts: readonly Content[]): Html {
  return html`<div class="panels">${charts}</div>`;
}

export function details(summary: string, content: Content): Html {
  return html`<details><summary>${summary}</summary>${content}</details>
`;
}

/** Lists sentences: the first of many, and the rest folded. */
export function sentences(texts: readonly string[]): Content {
  if (texts.length === 0) return null;
  const rest = texts.slice(MOST_SENTENCES);
  const folded = rest.length === 0 ? null : details(`${rest.length} more`, list(rest));
  return html`${list(texts.slice(0, MOST_SENTENCES))}${folded}`;
}

const MOST_SENTENCES = 10;

function list(texts: readonly string[]): Html {
  return html`<ul class="sentences">${texts.map((text) => html`<li>${text}</li>\n`)}</ul>
`;
}

/** Sets a chart that is wider than a small page, where it scrolls by itself. */
export function wide(label: string, chart: Html): Html {
  return html`<section class="wide scroll" aria-label="${label}" tabindex="0">${chart}</section>`;
}

/** A column of a table: its title, or one of numbers. */
type Column = string | { readonly title: string };

/** Titles columns of numbers. */
export function numbers(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) => ({ title }));
}

/** Sets a table whose rows are named by their first cell; one that is too wide scrolls by itself. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Html {
  const classes = columns.map((column) =>
    typeof column === "string" ? null : html` class="number"`,
  );
  const head = columns.map((column, i) => {
    const title = typeof column === "string" ? column : column.title;
    return html`<th scope="col"${classes[i] ?? null}>${title}</th>`;
  });
  const body = rows.map(([name = "", ...values]) => {
    const rest = values.map((value, i) => html`<td${classes[i + 1] ?? null}>${value}</td>`);
    return html`<tr><th scope="row">${name}</th>${rest}</tr>\n`;
  });
  return html`<section class="scroll" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></section>`;
}

/** Writes a group's name, and the runs that it lost, behind the line by which charts show it. */
export function named(group: Group): Html {
  const { place } = group;
  return html`<span class="name">${place === null ? null : swatch(strokeAt(place))}${titleOf(group)}</span>`;
}

/** A sample of the line by which charts show something. */
export function swatch({ color, dash }: Stroke): Html {
  const dashes = dash.length === 0 ? null : html` stroke-dasharray="${dash.join(" ")}"`;
  return html`<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true"><path d="M0 6H30" stroke="${color}" stroke-width="3"${dashes} fill="none"></path></svg>`;
}

/** The page's own style sheet: light, dark and paper. */
const STYLE = `
:root { color-scheme: light dark;
  --page: #ffffff; --text: #1b1f24; --muted: #57606a; --grid: #e3e6ea; --edge: #c9ced6; --shade: #f3f5f7;
  --guide: #6b7280; --band: #2e7d4f; --link: #0b57b0;
  --error: #b42318; --warning: #8a5300; --info: #0b57b0;
  --s0: #0069b4; --s1: #c74b00; --s2: #007a55; --s3: #a02c8f; --s4: #7a6400; --s5: #c2133f; --s6: #5b45e0; --s7: #5f666e; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171a; --text: #e6e9ed; --muted: #a3acb7; --grid: #2b3138; --edge: #434b55; --shade: #1d2126;
  --guide: #98a2ae; --band: #58c08a; --link: #7db7ff;
  --error: #ff9a8f; --warning: #f0b35a; --info: #7db7ff;
  --s0: #58a6ff; --s1: #ff9d4d; --s2: #3fc08a; --s3: #e58ad8; --s4: #d4c24a; --s5: #ff8496; --s6: #a79bff; --s7: #b3bac2; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, nav, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p, li { max-width: 46rem; }
.question { font-size: 1.2rem; margin: 0 0 .6rem; }
.facts, figcaption, caption, footer { color: var(--muted); font-size: .9rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: 1rem 0 0; padding: 0; }
a { color: var(--link); }
.sentences { padding-left: 1.2rem; }
.sentences li { margin: .35rem 0; }
figure { margin: 1.2rem 0; }
figcaption { max-width: 46rem; margin: .35rem 0 .6rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1rem 1.5rem; align-items: start; }
.scroll { overflow-x: auto; margin: .6rem 0 1rem; background:
  linear-gradient(to right, var(--page) 40%, transparent) left / 2.5rem 100% local, linear-gradient(to left, var(--page) 40%, transparent) right / 2.5rem 100% local,
  linear-gradient(to right, var(--edge), transparent) left / .8rem 100% scroll, linear-gradient(to left, var(--edge), transparent) right / .8rem 100% scroll;
  background-color: var(--page); background-repeat: no-repeat; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
svg { display: block; width: 100%; height: auto; max-width: 54rem; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.rows { grid-template-columns: minmax(0, 1fr); }
.rows-2 > :nth-child(2n), .rows-3 > :nth-child(3n+2) { order: 1; } .rows-3 > :nth-child(3n) { order: 2; }
@media (min-width: 60rem) { .rows > * { order: 0 !important; } .rows-2 { grid-template-columns: repeat(2, minmax(0, 1fr)); } .rows-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
.small { display: none; }
@media screen and (max-width: 44rem) { .large { display: none; } .small { display: block; } }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0 .6rem; padding: 0; font-size: .9rem; }
.panels svg { max-width: 32rem; } .panels figure { margin: .2rem 0; }
.wide > svg { min-width: 38rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .35rem; max-width: min(46rem, 100vw - 2.5rem); }
th, td { padding: .28rem .7rem .28rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { font-weight: 600; }
thead th { border-bottom: 1px solid var(--edge); vertical-align: bottom; }
.number { text-align: right; } td.number, .name { white-space: nowrap; } th.number { min-width: 5.5rem; max-width: 11rem; }
.changes { display: block; min-width: 9.5rem; }
.best { font-weight: 700; }
.swatch { display: inline-block; width: 1.9rem; height: .75rem; margin-right: .45rem; vertical-align: -0.08em; }
.level { font-weight: 700; white-space: nowrap; }
.level-error { color: var(--error); } .level-warning { color: var(--warning); } .level-info { color: var(--info); }
.map { display: block; width: 100%; height: 6.5rem; max-width: 32rem; border: 1px solid var(--edge); image-rendering: pixelated; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media (prefers-color-scheme: dark) { .map { filter: invert(1); } }
details { margin: .4rem 0 .8rem; } summary { cursor: pointer; color: var(--link); width: fit-content; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0 0 0 1.2rem; max-width: 46rem; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre { overflow-x: auto; background: var(--shade); padding: .8rem 1rem; }
footer { padding-top: 2rem; padding-bottom: 2.5rem; }
@media print {
  :root { color-scheme: light; --page: #ffffff; --text: #000000; --muted: #404040; --grid: #d8d8d8; --edge: #909090; --shade: #f3f3f3;
    --guide: #555555; --band: #2e7d4f; --link: #000000; --error: #9b1c13; --warning: #744600; --info: #0b4a94;
    --s0: #0069b4; --s1: #c74b00; --s2: #007a55; --s3: #a02c8f; --s4: #7a6400; --s5: #c2133f; --s6: #5b45e0; --s7: #5f666e; }
  body { font-size: 10.5pt; } header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  nav { display: none; } details::details-content { content-visibility: visible; display: block; } summary { color: var(--muted); list-style: none; }
  @supports not selector(::details-content) { details:not([open]) { display: none; } }
  table { font-size: 7.5pt; } th, td { padding-right: .45rem; } th:not(.number), td:not(.number) { overflow-wrap: anywhere; min-width: 6em; }
  tbody tr:first-child { break-before: avoid; } th.number { min-width: 0; overflow-wrap: normal; }
  h2, h3, caption { break-after: avoid; } figure, tr, .sentences li { break-inside: avoid; }
  .panels { grid-template-columns: 1fr 1fr; } .panels > * { min-width: 0; } .panels table { font-size: 5.5pt; } .panels th, .panels td { padding-right: .2rem; min-width: 0; } .scroll { overflow: visible; } .wide > svg { min-width: 0; }
  .changes { min-width: 0; } .map { filter: none; } thead { display: table-header-group; }
  @page { margin: 16mm 14mm; }
}
`;
