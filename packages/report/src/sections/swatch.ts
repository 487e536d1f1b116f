import { strokeAt } from "../chart/palette.ts";
import type { Group } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";

/** A group's name behind its line. */
export function named(group: Group): Html {
  return html`<span class="name">${swatch(group)}${group.name}</span>`;
}

/** The line by which charts show a group; nothing where they do not. */
function swatch({ place }: Group): Content {
  if (place === null) return null;
  const { color, dash } = strokeAt(place);
  const dashes = dash.length === 0 ? null : html` stroke-dasharray="${dash.join(" ")}"`;
  return html`<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true"><path d="M0 6H30" stroke="${color}" stroke-width="3"${dashes} fill="none"></path></svg>`;
}
