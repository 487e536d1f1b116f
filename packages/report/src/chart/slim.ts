/** What a chart's SVG needs inside of a page: its names, no style sheet of its own, one decimal. */
export function slim(
  svg: string,
  { id, name }: { readonly id: string; readonly name: string },
): string {
  const inner = svg
    .replace(/^<svg[^>]*>/, "")
    .replace(/<style[^>]*>.*?<\/style>/gs, "")
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, "")
    .replaceAll(/ (?:class|pointer-events|style|xml:space)="[^"]*"/g, "")
    .replaceAll(/"zr\d+-c(\d+)"/g, `"${id}-clip$1"`)
    .replaceAll(/url\(#zr\d+-c(\d+)\)/g, `url(#${id}-clip$1)`)
    .replaceAll(/ (?:d|points|transform|c?[xy][12]?)="[^"]*"/g, shortened)
    .replaceAll(/>\s+</g, "><")
    .trim();
  const [, viewBox = ""] = /viewBox="([^"]*)"/.exec(svg) ?? [];
  return `<svg viewBox="${viewBox}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text">${name}${inner}`;
}

function shortened(attribute: string): string {
  return attribute.replaceAll(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1))));
}
