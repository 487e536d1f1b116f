import { type Content, type Html, html } from "../html.ts";

export type Section = { readonly id: string; readonly title: string; readonly body: Content };

export function section({ id, title, body }: Section): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}
</section>
`;
}

/** A chart with what it says; its numbers lie folded below it. */
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

/** Charts side by side where there is room. */
export function panels(charts: readonly Content[]): Html {
  return html`<div class="panels">${charts}</div>`;
}

export function details(summary: string, content: Content): Html {
  return html`<details><summary>${summary}</summary>${content}</details>
`;
}

/** Sentences as a list; of many the first, and the rest folded. */
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

/** A chart that is wider than a small page, where it scrolls by itself. */
export function wide(label: string, chart: Html): Html {
  return html`<section class="wide scroll" aria-label="${label}" tabindex="0">${chart}</section>`;
}
