/** Scenes as PDF: vectors, text that can be searched, the font embedded as far as it is used. */
import PdfDocument from "pdfkit";
import { fontFile } from "./font.ts";
import { MIDDLE } from "./outlines.ts";
import type { Scene, Shape } from "./scene.ts";
import type { Sheet } from "./sheet.ts";

type Page = InstanceType<typeof PdfDocument>;

/** Writes one page of the size of the sheet; the same sheet gives the same bytes. */
export function pdfOf({ scene, title, width, height, look }: Sheet): Promise<Uint8Array> {
  const points = [width, height].map((millimetres) => (millimetres * 72) / 25.4);
  const page = new PdfDocument({
    size: [points[0] ?? 0, points[1] ?? 0],
    margin: 0,
    pdfVersion: "1.4",
    font: fontFile(),
    // The identifier of the file is made of it.
    info: { Title: title, Creator: "ablate", Producer: "ablate", CreationDate: new Date(0) },
  });
  const parts: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    page.on("data", (part: Uint8Array) => parts.push(part));
    page.on("end", () => resolve(Buffer.concat(parts)));
    page.on("error", reject);
  });
  // pdfkit says the same a second time in XML, with the date, and a title as it is.
  Object.assign(page, { endMetadata: () => {} });
  delete page.info.CreationDate;
  page.scale((points[0] ?? 0) / scene.width);
  drawScene(page, scene, look.ink.text);
  page.end();
  return done;
}

function drawScene(page: Page, { frame, inside, labels, insets, box }: Scene, ink: string): void {
  const draw = (shapes: readonly Shape[]): void => {
    for (const shape of shapes) drawShape(page, shape, ink);
  };
  draw(frame);
  page.save();
  page.rect(box.x, box.y, box.width, box.height).clip();
  draw(inside);
  page.restore();
  draw(labels);
  for (const { at, scene } of insets) {
    page.save();
    page.translate(...at);
    drawScene(page, scene, ink);
    page.restore();
  }
}

function drawShape(page: Page, shape: Shape, ink: string): void {
  switch (shape.kind) {
    case "path": {
      const { color, width, dash } = shape.stroke;
      page.path(shape.d).lineWidth(width);
      page.addContent(`[${dash.join(" ")}] 0 d`);
      page.stroke(color);
      return;
    }
    case "fill":
      page.path(shape.d).fillOpacity(shape.opacity).fill(shape.color).fillOpacity(1);
      return;
    case "dot":
      page.circle(...shape.at, shape.radius).fill(shape.color);
      return;
    case "text":
      if (shape.text !== "") drawText(page, shape, ink);
  }
}

const SHARE = { start: 0, middle: 0.5, end: 1 } as const;

function drawText(
  page: Page,
  { text, at: [x, y], align, size }: Extract<Shape, { readonly kind: "text" }>,
  ink: string,
): void {
  page.fontSize(size).fillColor(ink);
  const left = x - SHARE[align] * page.widthOfString(text);
  page.text(text, left, y + MIDDLE * size, { lineBreak: false, baseline: "alphabetic" });
}
