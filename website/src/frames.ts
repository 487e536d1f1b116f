/** Frames of the terminal UI and other drawings in code blocks: their columns stay aligned, their signs have colours. */

/** Signs that frames are drawn with: lines, blocks, shapes, braille. */
const DRAWN = /[\u2500-\u25ff\u2800-\u28ff]/;

/** What the terminal UI draws in colours of their own, and the class that has them here. */
const COLOURED: readonly (readonly [signs: RegExp, name: string])[] = [
  [/[\u2800-\u28ff━┉┅╍]+/g, "curve"],
  [/[─│┌┐└┘├┤┬┴┼┈┊┄]+/g, "rule"],
  [/[✓]/g, "good"],
  [/[▲⚠]/g, "warn"],
  [/[✗]/g, "bad"],
  [/^\$ .*/g, "typed"],
];

/** Is this text drawn, so that every character must have the same width? */
export function isDrawn(text: string): boolean {
  return DRAWN.test(text);
}

/** Counts the columns of the longest line. */
export function columnsOf(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

/** Writes a drawing as HTML; the style sheet makes the letters as small as its columns need. */
export function frameHtml(text: string): string {
  const lines = text.trimEnd().split("\n");
  const html = lines.map((line) => `<span class="line">${coloured(escaped(line))}</span>`);
  return `<div class="frame" style="--columns: ${columnsOf(text)}"><pre v-pre tabindex="0"><code>${html.join("\n")}</code></pre></div>\n`;
}

function coloured(html: string): string {
  return COLOURED.reduce(
    (text, [signs, name]) => text.replace(signs, (run) => `<i class="${name}">${run}</i>`),
    html,
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
