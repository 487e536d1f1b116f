/** Text as the outlines of its letters, so that it looks the same where its font is missing. */
import { openSync } from "fontkit";
import { fontFile } from "./font.ts";
import type { Scene, Shape } from "./scene.ts";

/** Returns the scene with each text as a filled path. */
export function outlined(scene: Scene, ink: string): Scene {
  const draw = outliner(ink);
  const inner = (one: Scene): Scene => ({
    ...one,
    frame: one.frame.flatMap(draw),
    inside: one.inside.flatMap(draw),
    labels: one.labels.flatMap(draw),
    insets: one.insets.map((inset) => ({ ...inset, scene: inner(inset.scene) })),
  });
  return inner(scene);
}

/** A middle line of capitals and digits, in the size of the font, above the line that letters stand on. */
export const MIDDLE = 0.35;

const SHARE = { start: 0, middle: 0.5, end: 1 } as const;

function outliner(ink: string): (shape: Shape) => readonly Shape[] {
  const font = openSync(fontFile());
  if (!("layout" in font)) throw new RangeError("a collection of fonts is no font");
  return (shape) => {
    if (shape.kind !== "text") return [shape];
    const { text, at, align, size } = shape;
    const scale = size / font.unitsPerEm;
    const { glyphs, positions, advanceWidth } = font.layout(text);
    let x = at[0] - SHARE[align] * advanceWidth * scale;
    const y = at[1] + MIDDLE * size;
    const paths = glyphs.map((glyph, i) => {
      const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[i] ?? {};
      const left = x + xOffset * scale;
      x += xAdvance * scale;
      return glyph.path
        .scale(scale, -scale)
        .translate(left, y - yOffset * scale)
        .toSVG();
    });
    const d = paths.join("");
    return d === "" ? [] : [{ kind: "fill", d, color: ink, opacity: 1 }];
  };
}
