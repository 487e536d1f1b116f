/** What may stand before the first word: space and comments. */
export const LEADING_SPACE: RegExp = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

const NO_CODE = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** SQL of the same length with space in the place of text in quotes and of comments. */
export function codeOnly(sql: string): string {
  return sql.replace(NO_CODE, (text) => text.replace(/[^\n]/g, " "));
}

/** Where a word stands by itself in the code; -1 if nowhere. */
export function findWord(code: string, word: string, from = 0): number {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [before, after] = [/^\w/.test(word) ? "(?<!\\w)" : "", /\w$/.test(word) ? "(?!\\w)" : ""];
  const pattern = new RegExp(`${before}${escaped}${after}`, "gi");
  pattern.lastIndex = from;
  return pattern.exec(code)?.index ?? -1;
}
