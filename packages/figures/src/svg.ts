/** Scenes as SVG. */
import { markupText, visibleLines } from "@ablate/text";
import type { Point, Stroke } from "./chart.ts";
import type { Align, Scene, Shape } from "./scene.ts";

export type SvgOptions = {
  /** Begins every id, of which a page has each once. */
  readonly id: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  /** Colour of text. */
  readonly text: string;
  /** Attributes of the root, written as they are. */
  readonly attributes?: string;
};

/** Writes one SVG that styles nothing outside of it, with coordinates to a tenth of a pixel. */
export function svgOf(scene: Scene, options: SvgOptions): string {
  const { id, title, description, attributes = "" } = options;
  const names = `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>`;
  const root = `<svg viewBox="0 0 ${scene.width} ${scene.height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text"${attributes}>`;
  return `${root}${names}${inner(scene, options, id)}</svg>`;
}

function inner(scene: Scene, options: SvgOptions, id: string): string {
  const { x, y, width, height } = scene.box;
  const write = (shapes: readonly Shape[]): string =>
    shapes.map((shape) => elementOf(shape, options.text)).join("");
  const clip = `<clipPath id="${id}-clip"><rect x="${x}" y="${y}" width="${short(width)}" height="${short(height)}"/></clipPath>`;
  const insets = scene.insets.map(
    ({ at: [dx, dy], scene: one }, i) =>
      `<g transform="translate(${short(dx)},${short(dy)})">${inner(one, options, `${id}-${i + 1}`)}</g>`,
  );
  return `${clip}${write(scene.frame)}<g clip-path="url(#${id}-clip)"${axesText(scene)}>${write(scene.inside)}</g>${write(scene.labels)}${insets.join("")}`;
}

/** Tells a script from pixels to the units of the axes: where they are, what they span, and whether logarithmically. */
function axesText({ box, axes: { x, y } }: Scene): string {
  const spans = [x, y].flatMap(({ min, max, isLog }) => [min, max, isLog === true ? 1 : 0]);
  const places = [box.x, box.y, box.width, box.height].map(short);
  return ` data-axes="${[...places, ...spans].join(" ")}"`;
}

function elementOf(shape: Shape, ink: string): string {
  switch (shape.kind) {
    case "path": {
      const of = shape.of === undefined ? "" : ` data-of="${escaped(shape.of)}"`;
      return `<path d="${shape.d}" fill="none" ${strokeText(shape.stroke)}${of}/>`;
    }
    case "fill":
      return `<path d="${shape.d}" fill="${shape.color}" fill-opacity="${shape.opacity}"/>`;
    case "dot":
      return `<circle ${placed("cx", "cy", shape.at)} r="${shape.radius}" fill="${shape.color}"/>`;
    case "text":
      return textElement(shape.text, { ...shape, ink });
  }
}

function textElement(
  text: string,
  {
    at,
    align,
    size,
    ink,
  }: {
    readonly at: Point;
    readonly align: Align;
    readonly size: number;
    readonly ink: string;
  },
): string {
  if (text === "") return "";
  const anchor = align === "start" ? "" : ` text-anchor="${align}"`;
  return `<text ${placed("x", "y", at)} dy="0.35em" font-size="${size}"${anchor} fill="${ink}">${escaped(text)}</text>`;
}

function strokeText({ color, width, dash }: Stroke): string {
  const dashes = dash.length === 0 ? "" : ` stroke-dasharray="${dash.join(",")}"`;
  return `stroke="${color}" stroke-width="${width}"${dashes}`;
}

function placed(x: string, y: string, [px, py]: Point): string {
  return `${x}="${short(px)}" ${y}="${short(py)}"`;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** What would be hidden or reordered is made visible. */
function escaped(text: string): string {
  return markupText(visibleLines(text));
}
