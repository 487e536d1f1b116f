/** Charts as files. What writes PDF or PNG is loaded when one is asked for. */
import { visible } from "@ablate/text";
import type { Sheet } from "./sheet.ts";
import { svgFile, type TextForm } from "./svg-file.ts";

export const FILE_FORMATS = ["svg", "pdf", "png"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export type FileOptions = {
  readonly format: FileFormat;
  /** Of SVG; PDF embeds its font, and PNG has none. */
  readonly text: TextForm;
  /** Dots to the inch of a PNG. */
  readonly dpi: number;
};

/** Returns the bytes of a file; the same sheet and options give the same ones. */
export async function fileOf(
  sheet: Sheet,
  { format, text, dpi }: FileOptions,
): Promise<Uint8Array> {
  switch (format) {
    case "svg":
      return Buffer.from(await svgFile(sheet, text));
    case "pdf": {
      const { pdfOf } = await import("./pdf.ts");
      return pdfOf(sheet);
    }
    case "png": {
      const { pngOf } = await import("./png.ts");
      return pngOf(sheet, dpi);
    }
  }
}

/** Says which characters a file shows as boxes, since its font has none of them; null where it shows all. */
export async function boxesText(
  { scene }: Sheet,
  { format, text }: Pick<FileOptions, "format" | "text">,
): Promise<string | null> {
  if (format === "svg" && text === "font") return null;
  const { missingLetters } = await import("./missing-letters.ts");
  const missing = missingLetters(scene);
  if (missing.length === 0) return null;
  const named = missing.slice(0, MOST_NAMED).map(visible).join(" ");
  const rest = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : "";
  return `the font has no letter for ${named}${rest}, which became boxes; an SVG keeps them as text`;
}

const MOST_NAMED = 12;
