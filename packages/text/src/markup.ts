/** Text within markup: HTML and SVG. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Characters that HTML does not allow in text, beside control characters. */
const NONCHARACTERS = /[\ufdd0-\ufdef\ufffe\uffff]/g;

/** Escapes text for a place between tags or in a quoted attribute. */
export function markupText(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one).replaceAll(NONCHARACTERS, "\ufffd");
}
