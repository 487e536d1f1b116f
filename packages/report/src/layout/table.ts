import { type Content, type Html, html } from "../html.ts";

export type Column = { readonly title: string; readonly isNumber?: boolean };

/** A table whose rows are named by their first cell; one that is too wide scrolls by itself. */
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
