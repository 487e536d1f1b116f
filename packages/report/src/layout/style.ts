/** The page's own style sheet: light, dark and paper; wide, narrow and sheets of A4. */
import { COLOUR_SLOTS } from "@ablate/store";
import { seriesColour } from "@ablate/text";

/** Colours of the page, of groups (`g`), as the UI shows them, of values of settings (`s`) and of parameters (`p`), shades without a hue. */
const LIGHT = `${groupColours("light")}
  --page: #ffffff; --text: #1b1f24; --muted: #57606a; --grid: #e3e6ea; --edge: #c9ced6; --shade: #f3f5f7;
  --guide: #6b7280; --band: #2e7d4f; --link: #0b57b0;
  --error: #b42318; --warning: #8a5300; --info: #0b57b0;
  --p0: #0e1116; --p1: #4b535d; --p2: #6f7781; --p3: #868e98;
  --s0: #0069b4; --s1: #c74b00; --s2: #007a55; --s3: #a02c8f; --s4: #7a6400; --s5: #c2133f; --s6: #5b45e0; --s7: #5f666e;
  --r0: #08306b; --r1: #2a76b8; --r2: #7fb2d9; --r3: #afcde6; --r4: #d3e3f1;`;
const DARK = `${groupColours("dark")}
  --page: #14171a; --text: #e6e9ed; --muted: #a3acb7; --grid: #2b3138; --edge: #434b55; --shade: #1d2126;
  --guide: #98a2ae; --band: #58c08a; --link: #7db7ff;
  --error: #ff9a8f; --warning: #f0b35a; --info: #7db7ff;
  --p0: #ffffff; --p1: #bcc4cd; --p2: #98a1ac; --p3: #79828d;
  --s0: #58a6ff; --s1: #ff9d4d; --s2: #3fc08a; --s3: #e58ad8; --s4: #d4c24a; --s5: #ff8496; --s6: #a79bff; --s7: #b3bac2;
  --r0: #d6e9ff; --r1: #7fb8ee; --r2: #4a80b5; --r3: #345a80; --r4: #263f58;`;

/** Text has 44rem, a chart 54rem, and beside it its caption has the margin; many charts have all of it. */
const LAYOUT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, nav, main, footer { max-width: 76.5rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; max-width: 54rem; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 3.4rem 0 1rem; max-width: 44rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; max-width: 44rem; }
p, li, dd, .answer { max-width: 44rem; }
.question { font-size: 1.25rem; line-height: 1.45; margin: 0 0 .6rem; }
.answer { font-size: 1.2rem; line-height: 1.5; }
.facts, figcaption, caption, footer, nav { color: var(--muted); font-size: .88rem; line-height: 1.5; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .8rem 0 0; padding: 0; }
a { color: var(--link); }
.sentences { padding-left: 1.2rem; }
.sentences li { margin: .35rem 0; }
figure { margin: 1.4rem 0; }
figcaption { max-width: 44rem; margin: .4rem 0 .6rem; }
svg { display: block; width: 100%; height: auto; max-width: 54rem; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg[role=img] text { paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
@media screen and (min-width: 78rem) {
  figure:not(.spread):has(> .chart) { display: grid; grid-template-columns: 54rem minmax(0, 1fr); column-gap: 2.2rem; align-items: start; }
  figure:not(.spread) > .chart + figcaption { margin-top: 1.7rem; }
}
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem 1.6rem; align-items: start; }
.panels svg { max-width: 27rem; } .panels figure { margin: .2rem 0; }
.rows { grid-template-columns: minmax(0, 1fr); }
.rows-2 > :nth-child(2n), .rows-3 > :nth-child(3n+2) { order: 1; } .rows-3 > :nth-child(3n) { order: 2; }
@media (min-width: 60rem) { .rows > * { order: 0 !important; } .rows-2 { grid-template-columns: repeat(2, minmax(0, 27rem)); } .rows-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
.small { display: none; }
@media screen and (max-width: 44rem) { body { font-size: 16px; } .large { display: none; } .small { display: block; } }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0 .6rem; padding: 0; font-size: .88rem; }
output { display: block; max-width: 54rem; min-height: 1.5em; overflow: hidden; white-space: nowrap; color: var(--muted); font-size: .82rem; line-height: 1.5; font-variant-numeric: tabular-nums; }
output strong { color: var(--text); } .reading { pointer-events: none; }
`;

const PARTS = `
.scroll { overflow-x: auto; margin: .6rem 0 1rem; background:
  linear-gradient(to right, var(--page) 40%, transparent) left / 2.5rem 100% local, linear-gradient(to left, var(--page) 40%, transparent) right / 2.5rem 100% local,
  linear-gradient(to right, var(--edge), transparent) left / .8rem 100% scroll, linear-gradient(to left, var(--edge), transparent) right / .8rem 100% scroll;
  background-color: var(--page); background-repeat: no-repeat; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible, svg:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .88rem; line-height: 1.5; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .35rem; max-width: min(44rem, 100vw - 2.5rem); }
th, td { padding: .28rem .9rem .28rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { font-weight: 600; }
thead th { border-bottom: 1px solid var(--edge); vertical-align: bottom; }
.number { text-align: right; } td.number, .name { white-space: nowrap; } th.number { min-width: 5rem; max-width: 11rem; }
.changes { display: block; min-width: 9.5rem; } td:last-child:not(.number) { min-width: 15rem; }
.best { font-weight: 700; }
.swatch { display: inline-block; width: 1.9rem; height: .75rem; margin-right: .45rem; vertical-align: -0.08em; }
.level { font-weight: 700; white-space: nowrap; }
.level-error { color: var(--error); } .level-warning { color: var(--warning); } .level-info { color: var(--info); }
.map { display: block; width: 100%; height: 6.5rem; max-width: 27rem; border: 1px solid var(--edge); image-rendering: pixelated; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media (prefers-color-scheme: dark) { .map { filter: invert(1); } }
details { margin: .4rem 0 .8rem; } summary { cursor: pointer; color: var(--link); width: fit-content; font-size: .92rem; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0 0 0 1.2rem; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre { overflow-x: auto; background: var(--shade); padding: .8rem 1rem; }
footer { padding-top: 2.5rem; padding-bottom: 2.5rem; }
@media screen and (max-width: 44rem) { table { font-size: .8rem; } th, td { padding-right: .5rem; } th.number { min-width: 0; } }
`;

/** Paper is white and has nothing folded; no chart is broken, and two or three of them stand side by side. */
const PAPER = `
@media print {
  :root { color-scheme: light; ${LIGHT} --text: #000000; --muted: #404040; --grid: #d8d8d8; --edge: #909090; --guide: #555555; --link: #000000; }
  body { font-size: 10.5pt; line-height: 1.45; } header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  h1, p, li, dd, figcaption { max-width: none; } h2 { margin-top: 1.6rem; } .answer { font-size: 12pt; }
  nav, output, .reading { display: none; } details::details-content { content-visibility: visible; display: block; } summary { color: var(--muted); list-style: none; break-after: avoid; }
  @supports not selector(::details-content) { details:not([open]) { display: none; } }
  table { font-size: 7.5pt; } th, td { padding-right: .45rem; } th:not(.number), td:not(.number), td:last-child:not(.number) { overflow-wrap: anywhere; min-width: 6em; }
  tbody tr:first-child { break-before: avoid; } th.number { min-width: 0; overflow-wrap: normal; }
  h2, h3, caption { break-after: avoid; } figure:not(.spread), .panels > *, svg, tr, .sentences li { break-inside: avoid; } .spread { break-inside: auto; }
  .panels { grid-template-columns: 1fr 1fr; gap: .6rem 1rem; } .rows-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); } .rows > * { order: 0 !important; } .panels > * { min-width: 0; }
  .scroll { overflow: visible; } table:has(.changes) { font-size: 6.6pt; } .map { filter: none; height: 4.5rem; } thead { display: table-header-group; }
  @page { size: A4; margin: 16mm 14mm; }
}
`;

export const STYLE: string = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
${LAYOUT}${PARTS}${PAPER}`;

function groupColours(background: "dark" | "light"): string {
  const slots = Array.from({ length: COLOUR_SLOTS }, (_, slot) => slot);
  const own = slots.map((slot) => `--g${slot}: ${seriesColour(slot, background)};`);
  const shades = slots.map((slot) => `--g${slot}s: ${seriesColour(slot, background, 1)};`);
  return [...own, ...shades].join(" ");
}
