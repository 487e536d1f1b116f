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

/** Escapes text for a place between tags or in a quoted attribute. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(CONTROLS, "�");
}

/** Characters that HTML does not allow in text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is probed for
const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;
