import { PAGE_LOOK, type Stroke } from "@ablate/figures";
import { type Group, titleOf } from "../data/facts.ts";
import { type Content, Html, html } from "../html.ts";
import { count } from "../text.ts";
import { POINTER, POINTER_HASH } from "./pointer.ts";
import { STYLE } from "./style.ts";

type PageSection = { readonly id: string; readonly title: string; readonly body: Content };

type Page = {
  readonly title: string;
  readonly question: string;
  readonly facts: Content;
  readonly sections: readonly PageSection[];
  readonly footer: Content;
};

/** Allows nothing but what the file brings along, and of scripts its own alone: no request can leave it. */
const POLICY = `default-src 'none'; script-src '${POINTER_HASH}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

const SCRIPT = new Html(`<script>${POINTER}</script>`);

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
${SCRIPT}
</body>
</html>
`.text;
}

/** Sets a chart that is wider than the text, with its caption in the margin where there is room. */
export function figure(chart: Content, caption: string): Html {
  return html`<figure><div class="chart">${chart}</div><figcaption>${caption}</figcaption></figure>
`;
}

/** Sets many charts over the whole width, with their caption below. */
export function spread(charts: Content, caption: string): Html {
  return html`<figure class="spread">${charts}<figcaption>${caption}</figcaption></figure>
`;
}

/** Folds the tables of a section: what its charts show, for those who do not see them or want the digits. */
export function inNumbers(tables: Content): Html {
  return details("in numbers", tables);
}

/** Sets a chart in two sizes: on a small page the second is shown, with its legend below, and nothing scrolls. */
export function sized(large: Content, small: Content, legend: readonly Content[]): Html {
  const names =
    legend.length === 0
      ? null
      : html`<ul class="legend">${legend.map((name) => html`<li>${name}</li>`)}</ul>`;
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
  return html`<ul class="sentences">${texts.map((text) => html`<li>${withCode(text)}</li>\n`)}</ul>
`;
}

/** Sets what stands between backticks as code. */
function withCode(text: string): Content {
  return text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** A column of a table: its title, or one of numbers. */
export type Column = string | { readonly title: string };

/** Titles columns of numbers. */
export function numbers(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) => ({ title }));
}

/** A page of thousands of rows is too heavy to be sent; who wants all of them has the store. */
export const MOST_TABLED = 300;

/** Says below a table of how many rows it shows the first. */
function cutNote(rows: number): string {
  if (rows <= MOST_TABLED) return "";
  return ` The first ${MOST_TABLED} of ${count(rows)} rows; “ablate export --table runs” writes every run.`;
}

/** Sets a table whose rows are named by their first cell; one that is too wide scrolls by itself, of one too long the first rows stand here. */
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
  const body = rows.slice(0, MOST_TABLED).map(([name = "", ...values]) => {
    const rest = values.map((value, i) => html`<td${classes[i + 1] ?? null}>${value}</td>`);
    return html`<tr><th scope="row">${name}</th>${rest}</tr>\n`;
  });
  return html`<section class="scroll" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}${cutNote(rows.length)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></section>`;
}

/** Writes a group's name, and the runs that it lost, behind the line by which charts show it. */
export function named(group: Group): Html {
  const { place } = group;
  return html`<span class="name">${place === null ? null : swatch(PAGE_LOOK.strokeOf(place))}${titleOf(group)}</span>`;
}

/** A sample of the line by which charts show something. */
export function swatch({ color, dash }: Stroke): Html {
  const dashes = dash.length === 0 ? null : html` stroke-dasharray="${dash.join(" ")}"`;
  return html`<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true"><path d="M0 6H30" stroke="${color}" stroke-width="3"${dashes} fill="none"></path></svg>`;
}
