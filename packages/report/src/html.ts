import { markupText, visibleLines } from "@ablate/text";

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
  // What a page would hide or reorder is made visible.
  if (typeof value === "string") return markupText(visibleLines(value));
  if (typeof value === "number") return String(value);
  return value.map(inner).join("");
}
