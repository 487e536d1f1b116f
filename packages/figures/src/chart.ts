/** What a chart shows, in the units of its axes. */

export type Point = readonly [x: number, y: number];

/** How the lines of a group look: never by colour alone. */
export type Stroke = {
  readonly color: string;
  readonly dash: readonly number[];
  readonly width: number;
};

export type Mark =
  /** Points that are not finite are gaps. */
  | {
      readonly kind: "line";
      readonly points: readonly Point[];
      readonly stroke: Stroke;
      /** Written at its right end. */
      readonly label?: string | undefined;
      /** What a pointer calls it, where that is not its label. */
      readonly name?: string | undefined;
    }
  | {
      readonly kind: "area";
      readonly points: readonly Point[];
      readonly color: string;
      readonly opacity: number;
    }
  | { readonly kind: "dot"; readonly at: Point; readonly color: string; readonly radius?: number }
  /** Text at a point. */
  | {
      readonly kind: "note";
      readonly at: Point;
      readonly text: string;
      readonly align: "start" | "middle" | "end";
    }
  /** The name of a row to the left of the axes, or its numbers to the right. */
  | {
      readonly kind: "text";
      readonly at: Point;
      readonly text: string;
      readonly side?: "left" | "right";
    };

export type Axis = {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly isLog?: boolean;
  readonly format?: (value: number) => string;
  /** Its ticks, where they should not be chosen: of the values of a setting. */
  readonly ticks?: readonly { readonly at: number; readonly label: string }[];
  /** Between ticks, where it should not be chosen. */
  readonly interval?: number;
  /** Without ticks and their labels. */
  readonly isBare?: boolean;
};

export type Chart = {
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Room on the right for labels of lines, on the left for names of rows. */
  readonly labels: { readonly right: number; readonly left: number };
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
  /** Smaller charts over this one, by the pixel of their upper left corner. */
  readonly insets?: readonly { readonly at: Point; readonly chart: Chart }[];
};

/** Makes a filled area. */
export function area(points: readonly Point[], color: string, opacity: number): Mark {
  return { kind: "area", points, color, opacity };
}

/** Makes a line through points. */
export function line(points: readonly Point[], stroke: Stroke, label?: string): Mark {
  return { kind: "line", points, stroke, label };
}

/** Makes a straight line between two points. */
export function segment(from: Point, to: Point, stroke: Stroke, label?: string): Mark {
  return line([from, to], stroke, label);
}

/** Returns the pieces of a line between its gaps. */
export function pieces(points: readonly Point[]): readonly (readonly Point[])[] {
  const found: Point[][] = [[]];
  for (const point of points) {
    if (point.every(Number.isFinite)) found.at(-1)?.push(point);
    else if (found.at(-1)?.length !== 0) found.push([]);
  }
  return found.filter(({ length }) => length > 0);
}

/** Returns a range of round numbers around values: ticks of its step begin and end it. */
export function roundRange(
  low: number,
  high: number,
): { readonly min: number; readonly max: number; readonly interval: number } {
  const span = high > low ? high - low : Math.abs(low) || 1;
  const power = 10 ** Math.floor(Math.log10(span / TICKS));
  const step = (STEPS.find((one) => one * power >= (span / TICKS) * (1 - 1e-9)) ?? 10) * power;
  const exact = (value: number): number => Number(value.toPrecision(10));
  const min = exact(Math.floor(low / step + 1e-9) * step);
  const max = exact(Math.ceil(high / step - 1e-9) * step);
  return { min, max: max > min ? max : exact(min + step), interval: exact(step) };
}

const TICKS = 6;
const STEPS = [1, 2, 5, 10];

/** How many groups a chart can tell apart. */
export const MOST_SHOWN = 8;

const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 3],
  [4, 2, 1, 2],
  [1, 2],
  [9, 2, 2, 2, 2, 2],
];

/** Returns the dashes of what is at a place among all that a chart shows. */
export function dashAt(place: number): Stroke["dash"] {
  return DASHES[place % MOST_SHOWN] ?? [];
}

/** Returns the line of the value of a setting at a place, in a colour for each scheme of the page. */
export function strokeAt(place: number, width = 2): Stroke {
  return { color: `var(--s${place % MOST_SHOWN})`, dash: dashAt(place), width };
}
