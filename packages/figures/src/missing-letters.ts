/** Letters that the font of figures lacks. */
import { openSync } from "fontkit";
import { fontFile } from "./font.ts";
import type { Scene } from "./scene.ts";

/** Returns the characters of a scene that become boxes where its font is embedded, each once. */
export function missingLetters(scene: Scene): readonly string[] {
  const font = openSync(fontFile());
  if (!("layout" in font)) throw new RangeError("a collection of fonts is no font");
  const letters = [...new Set(textsOf(scene).flatMap((text) => [...text]))];
  return letters.filter((letter) => !font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0));
}

function textsOf({ frame, inside, labels, insets }: Scene): readonly string[] {
  const own = [...frame, ...inside, ...labels].flatMap((shape) =>
    shape.kind === "text" ? shape.text : [],
  );
  return [...own, ...insets.flatMap(({ scene }) => textsOf(scene))];
}
