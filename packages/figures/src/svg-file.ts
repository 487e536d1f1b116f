/** Sheets as SVG files. */

import { FONT_FAMILY } from "./font.ts";
import type { Scene } from "./scene.ts";
import type { Sheet } from "./sheet.ts";
import { svgOf } from "./svg.ts";

/** Text as text, in a font that its reader may lack, or as the outlines of its letters. */
export type TextForm = "font" | "paths";

/** Writes an SVG of the size of the sheet. */
export async function svgFile(
  { scene, title, description, width, height, look }: Sheet,
  text: TextForm,
): Promise<string> {
  const ink = look.ink.text;
  const size = `width="${width}mm" height="${height}mm"`;
  const font = text === "font" ? ` font-family="'${FONT_FAMILY}', Verdana, Arial, sans-serif"` : "";
  const attributes = ` xmlns="http://www.w3.org/2000/svg" ${size}${font}`;
  const shown = text === "font" ? scene : await inOutlines(scene, ink);
  return `${svgOf(shown, { id: "chart", title, description, text: ink, attributes })}\n`;
}

/** Returns the scene with its text in outlines; only this loads the font. */
async function inOutlines(scene: Scene, ink: string): Promise<Scene> {
  const { outlined } = await import("./outlines.ts");
  return outlined(scene, ink);
}
