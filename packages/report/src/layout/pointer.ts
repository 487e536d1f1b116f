/** The only script of a page: it reads values off the curves of a chart. Without it a page lacks nothing else. */
import { createHash } from "node:crypto";

/**
 * Below each chart with named lines a line of text tells the step and the value under the pointer, or at the place that
 * the arrow keys have moved to; marks on the curves show where that is. Axes are those that `figures` writes with a
 * chart: `data-axes` has the box in pixels, then from, to and whether logarithmic of both axes.
 */
export const POINTER: string = `(() => {
const written = (value, digits) => value.toLocaleString("en", digits).replace("-", "\\u2212");
const between = (share, from, to, isLog) => isLog ? from * (to / from) ** share : from + share * (to - from);
const areaOf = (group) => {
  const [left, top, width, height, x0, x1, xLog, y0, y1, yLog] = group.dataset.axes.split(" ").map(Number);
  const digits = Math.max(0, Math.min(6, Math.floor(-Math.log10((y1 - y0) / height / 10))));
  const lines = [...group.children].filter((one) => one.dataset.of).map((path) => ({
    name: path.dataset.of,
    color: path.getAttribute("stroke"),
    points: path.getAttribute("d").slice(1).split("L").map((text) => text.split(",").map(Number)),
  }));
  return { group, left, top, width, height, lines,
    xs: [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b),
    step: (x) => written(between((x - left) / width, x0, x1, xLog), { maximumFractionDigits: 0 }),
    value: (y) => written(between((top + height - y) / height, y0, y1, yLog),
      yLog ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: digits, maximumFractionDigits: digits }) };
};
for (const svg of document.querySelectorAll("figure svg[role=img]")) {
  const areas = [...svg.querySelectorAll("[data-axes]")].map(areaOf).filter(({ xs }) => xs.length > 1);
  if (areas.length === 0) continue;
  const out = svg.parentElement.insertBefore(document.createElement("output"), svg.nextSibling);
  const marks = document.createElementNS(svg.namespaceURI, "g");
  marks.setAttribute("class", "reading");
  let place = null;
  const mark = (name, attributes) => {
    const shape = marks.appendChild(document.createElementNS(svg.namespaceURI, name));
    for (const key in attributes) shape.setAttribute(key, attributes[key]);
  };
  const clear = () => { place = null; marks.replaceChildren(); out.replaceChildren(); };
  const show = (area, x, y) => {
    clear();
    place = { area, x, y };
    const found = area.lines.map(({ name, color, points }) => {
      const [px, py] = points.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a);
      return { name, color, px, py };
    }).filter(({ px }) => Math.abs(px - x) < 12).sort((a, b) => a.py - b.py);
    if (found.length === 0) return;
    const near = found.reduce((a, b) => Math.abs(b.py - y) < Math.abs(a.py - y) ? b : a);
    mark("line", { x1: near.px, x2: near.px, y1: area.top, y2: area.top + area.height, stroke: "var(--guide)" });
    for (const { px, py, color } of found)
      if (py >= area.top && py <= area.top + area.height) mark("circle", { cx: px, cy: py, r: 3.5, fill: color });
    area.group.parentNode.insertBefore(marks, area.group.nextSibling);
    const write = (some) => {
      out.replaceChildren(svg.dataset.x ? svg.dataset.x + " " + area.step(near.px) + ": " : "");
      some.forEach((one, i) => {
        const part = document.createElement(one === near ? "strong" : "span");
        part.textContent = one.name + " " + area.value(one.py);
        out.append(i === 0 ? "" : ", ", part);
      });
    };
    write(found);
    if (out.scrollWidth > out.clientWidth) write([near]);
  };
  const point = (event) => {
    for (const area of areas.toReversed()) {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(area.group.getScreenCTM().inverse());
      if (x >= area.left && x <= area.left + area.width && y >= area.top && y <= area.top + area.height) {
        const nearest = area.xs.reduce((a, b) => Math.abs(b - x) < Math.abs(a - x) ? b : a);
        return show(area, nearest, y);
      }
    }
    clear();
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && clear());
  svg.addEventListener("blur", clear);
  svg.tabIndex = 0;
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") clear();
    if (!by) return;
    event.preventDefault();
    const { area, x, y } = place ?? { area: areas[0], x: -1, y: areas[0].top };
    const at = Math.max(0, Math.min(area.xs.length - 1, area.xs.indexOf(x) + by));
    show(area, area.xs[at], y);
  });
}
})();`.replaceAll(/\n +/g, "\n");

/** What the page's policy allows. */
export const POINTER_HASH: string = `sha256-${createHash("sha256").update(POINTER).digest("base64")}`;
