import { visibleLines } from "@ablate/text";

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | null | readonly Content[];

/** Puts values into HTML: it escapes text and joins lists; null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, i) => text + inner(values[i - 1] ?? null) + part));
}

function inner(value: Content): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return value.map(inner).join("");
}

/** Escapes text for a place between tags or in a quoted attribute; what a page would hide or reorder is made visible. */
function escaped(text: string): string {
  return visibleLines(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(NONCHARACTERS, "�");
}

/** Characters that HTML does not allow in text, beside control characters. */
const NONCHARACTERS = /[\ufdd0-\ufdef\ufffe\uffff]/g;
