/** How charts look: on a page that has colours for day and night, and on paper. */
import { type ColourShade, seriesColour } from "@ablate/text";
import { dashAt, type Stroke } from "./chart.ts";
import type { Ink } from "./scene.ts";

/** What decides how a group looks. */
export type GroupPlace = {
  /** Its place in the palette, for life. */
  readonly slot: number;
  /** Whether another group of the chart has that colour itself. */
  readonly shade: ColourShade;
  /** Its place in the chart, which decides its dashes. */
  readonly place: number;
};

/** Places groups in a chart in their order, by their places in the palette. */
export function groupPlaces(slots: readonly number[]): readonly GroupPlace[] {
  return slots.map((slot, place) => {
    const before = slots.slice(0, place).filter((one) => one === slot).length;
    return { slot, place, shade: before % 2 === 0 ? 0 : 1 };
  });
}

/** The colours of a chart, by what they are for. */
export type Look = {
  readonly ink: Ink;
  readonly colorOf: (group: GroupPlace) => string;
  readonly strokeOf: (group: GroupPlace, width?: number) => Stroke;
  /** Shades without a hue, for what is no group, from dark to light; the same again after four. */
  readonly shadeAt: (place: number) => string;
  readonly guide: Stroke;
  /** Where values should be. */
  readonly band: string;
  /** What says much, and little. */
  readonly strong: string;
  readonly faint: string;
};

const SHADES = 4;

/** The look of a page, by its custom properties. */
export const PAGE_LOOK: Look = withStrokes({
  ink: { text: "var(--text)", grid: "var(--grid)", page: "var(--page)" },
  colorOf: ({ slot, shade }) => `var(--g${slot}${shade === 0 ? "" : "s"})`,
  shadeAt: (place) => `var(--p${place % SHADES})`,
  guide: { color: "var(--guide)", dash: [5, 4], width: 1.5 },
  band: "var(--band)",
  strong: "var(--text)",
  faint: "var(--muted)",
  width: 2,
});

/** Dark and light by turns, so that neighbours differ in print, too. */
const GREYS: readonly string[] = [
  ...["#000000", "#8a8a8a", "#3d3d3d", "#909090"],
  ...["#1f1f1f", "#868686", "#333333", "#8c8c8c"],
];

const PAPER_SHADES: readonly string[] = ["#0e1116", "#4b535d", "#6f7781", "#868e98"];

/** Returns the look of charts on paper; with `isGrey` without a colour. */
export function paperLook({ isGrey }: { readonly isGrey: boolean }): Look {
  const greyAt = (place: number): string => GREYS[place % GREYS.length] ?? "#000000";
  return withStrokes({
    ink: { text: "#000000", grid: "#e4e4e4" },
    colorOf: ({ slot, shade, place }) =>
      isGrey ? greyAt(place) : seriesColour(slot, "light", shade),
    shadeAt: (place) => PAPER_SHADES[place % SHADES] ?? "#000000",
    guide: { color: "#6b6b6b", dash: [5, 4], width: 1.2 },
    band: isGrey ? "#555555" : "#2e7d4f",
    strong: "#000000",
    faint: "#767676",
    width: 1.8,
  });
}

type Colours = Omit<Look, "strokeOf"> & { readonly width: number };

function withStrokes({ width: usual, ...look }: Colours): Look {
  return {
    ...look,
    strokeOf: (group, width = usual) => ({
      ...{ color: look.colorOf(group), dash: dashAt(group.place), width },
    }),
  };
}
