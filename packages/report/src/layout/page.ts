import { type Content, Html, html } from "../html.ts";
import { type Section, section } from "./blocks.ts";
import { STYLE } from "./style.ts";

export type Page = {
  readonly title: string;
  readonly question: string;
  readonly facts: Content;
  readonly sections: readonly Section[];
  readonly footer: Content;
};

/** Nothing but what the file brings along: no request can leave it. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole document. */
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
${sections.map(section)}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
}
