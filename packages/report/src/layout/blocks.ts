import { strokeAt } from "../chart/palette.ts";
import type { Group } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";

export type PageSection = { readonly id: string; readonly title: string; readonly body: Content };

export function section({ id, title, body }: PageSection): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}
</section>
`;
}

/** Sets a chart with its caption; its numbers lie folded below it. */
export function figure({
  charts,
  caption,
  numbers = null,
}: {
  readonly charts: Content;
  readonly caption: Content;
  readonly numbers?: Html | null;
}): Html {
  const folded = numbers === null ? null : details("the numbers as a table", numbers);
  return html`<figure>${charts}<figcaption>${caption}</figcaption></figure>
${folded}`;
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

export type Column = { readonly title: string; readonly isNumber?: boolean };

/** Sets a table whose rows are named by their first cell; one that is too wide scrolls by itself. */
export function table({
  caption,
  columns,
  rows,
}: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Content[])[];
}): Html {
  const head = columns.map(
    ({ title, isNumber = false }) => html`<th scope="col"${numeric(isNumber)}>${title}</th>`,
  );
  const body = rows.map((cells) => {
    const [name = "", ...values] = cells;
    const rest = values.map(
      (value, i) => html`<td${numeric(columns[i + 1]?.isNumber ?? false)}>${value}</td>`,
    );
    return html`<tr><th scope="row">${name}</th>${rest}</tr>\n`;
  });
  return html`<section class="scroll" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></section>`;
}

function numeric(isNumber: boolean): Content {
  return isNumber ? html` class="number"` : null;
}

/** Writes a group's name behind its line. */
export function named(group: Group): Html {
  return html`<span class="name">${swatch(group)}${group.name}</span>`;
}

/** Draws the line by which charts show a group; returns null where they do not. */
function swatch({ place }: Group): Content {
  if (place === null) return null;
  const { color, dash } = strokeAt(place);
  const dashes = dash.length === 0 ? null : html` stroke-dasharray="${dash.join(" ")}"`;
  return html`<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true"><path d="M0 6H30" stroke="${color}" stroke-width="3"${dashes} fill="none"></path></svg>`;
}
