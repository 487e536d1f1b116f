/** What the website's Markdown has beside VitePress' own: frames, and the anchors that code hosts make. */
import type { MarkdownEnv, MarkdownRenderer } from "vitepress";
import { columnsOf, frameHtml, isDrawn } from "./frames.ts";

/** Lines that are typed at a prompt. */
const TYPED = /^(#|\.\/ablate|ablate|npx|npm|pnpm|python|pip|sqlite3|export|cd|git)\b/;

/** Draws frames as frames, and gives blocks of commands the colours of a shell. */
export function withFrames(markdown: MarkdownRenderer): void {
  const usual = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, at, options, environment, self) => {
    const token = tokens[at];
    if (token === undefined || usual === undefined) return "";
    const language = token.info.trim();
    if (isDrawn(token.content) && /^(text|console)?$/.test(language))
      return frameHtml(token.content);
    const lines = token.content.split("\n").filter((line) => line.trim() !== "");
    if (language === "" && lines.every((line) => TYPED.test(line.trim()))) token.info = "sh";
    const html = usual(tokens, at, options, environment, self);
    return html.replace("<div ", `<div style="--columns: ${columnsOf(token.content)}" `);
  };
}

/** Makes the anchor of a heading as code hosts do, so that the links of the documents lead to it. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** What the search looks through: a page without its frames, whose words are cut and repeated. */
export function searchText(
  source: string,
  environment: MarkdownEnv,
  markdown: MarkdownRenderer,
): string {
  const html = markdown.render(source, environment);
  if (environment.frontmatter?.layout === "home") return "";
  return html.replaceAll(/<div class="frame"[\s\S]*?<\/pre><\/div>/g, "");
}
