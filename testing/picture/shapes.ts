/** Characters that are shapes rather than letters: braille, blocks and lines, which no font has to know. */

/** A part of a character, in shares of its cell: 0 to 1 from the left and from the top. */
export type Shape = Box | Dot | Arm | Dashes | Arc;

type Box = {
  readonly kind: "box";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How much of what is behind it a shade covers. */
  readonly cover: number;
};

type Dot = { readonly kind: "dot"; readonly x: number; readonly y: number };

/** A line from the middle of the cell to that of a side. */
type Arm = { readonly kind: "arm"; readonly side: Side; readonly isThick: boolean };

/** A broken line through the whole cell. */
type Dashes = {
  readonly kind: "dashes";
  readonly isUpright: boolean;
  readonly isThick: boolean;
  readonly count: number;
};

/** A round corner between the middles of two sides. */
type Arc = { readonly kind: "arc"; readonly x: "left" | "right"; readonly y: "up" | "down" };

export type Side = (typeof SIDES)[number];

const SIDES = ["up", "right", "down", "left"] as const;

/** The shapes that a character is drawn with; null of a letter. */
export function shapesOf(character: string): readonly Shape[] | null {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x2800 && code <= 0x28ff) return braille(code - 0x2800);
  if (code >= 0x2580 && code <= 0x259f) return block(code);
  return code >= 0x2500 && code <= 0x257f ? line(code) : null;
}

/** Which place, counted down the left column and then down the right one, each bit of braille is. */
const PLACES = [0, 1, 2, 4, 5, 6, 3, 7] as const;

function braille(bits: number): readonly Shape[] {
  return PLACES.filter((_place, bit) => (bits & (1 << bit)) !== 0).map((place) => ({
    kind: "dot",
    x: place < 4 ? 0.25 : 0.75,
    y: ((place % 4) + 0.5) / 4,
  }));
}

/** Quadrants of U+2596 to U+259F: 1 upper left, 2 upper right, 4 lower left, 8 lower right. */
const QUADRANTS = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14] as const;

function block(code: number): readonly Shape[] {
  if (code >= 0x2596) {
    const bits = QUADRANTS[code - 0x2596] ?? 0;
    const filled = [0, 1, 2, 3].filter((place) => (bits & (1 << place)) !== 0);
    return filled.map((place) => box((place % 2) / 2, Math.floor(place / 2) / 2, 0.5, 0.5));
  }
  if (code >= 0x2591 && code <= 0x2593) return [{ ...box(0, 0, 1, 1), cover: (code - 0x2590) / 4 }];
  if (code === 0x2580) return [box(0, 0, 1, 0.5)];
  if (code === 0x2590) return [box(0.5, 0, 0.5, 1)];
  if (code === 0x2594) return [box(0, 0, 1, 1 / 8)];
  if (code === 0x2595) return [box(7 / 8, 0, 1 / 8, 1)];
  const eighths = code <= 0x2588 ? code - 0x2580 : 0x2590 - code;
  return code <= 0x2588 ? [box(0, 1 - eighths / 8, 1, eighths / 8)] : [box(0, 0, eighths / 8, 1)];
}

function box(x: number, y: number, width: number, height: number): Box {
  return { kind: "box", x, y, width, height, cover: 1 };
}

/** Arms up, right, down and left of U+250C to U+254B and of U+2574 to U+257F: 1 thin, 2 thick. */
const CORNERS =
  "0110 0210 0120 0220 0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002 " +
  "1110 1210 2110 1120 2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 " +
  "0111 0112 0211 0212 0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202 " +
  "1111 1112 1211 1212 2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222";
const ENDS = "0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010";
const STRAIGHT = "0101 0202 1010 2020";

/** Lines, but for double ones and diagonals, which are left to the font. */
function line(code: number): readonly Shape[] | null {
  if (code <= 0x2503) return arms(STRAIGHT, code - 0x2500);
  if (code <= 0x250b) return dashes(code - 0x2504, code < 0x2508 ? 3 : 4);
  if (code <= 0x254b) return arms(CORNERS, code - 0x250c);
  if (code <= 0x254f) return dashes(code - 0x254c, 2);
  if (code >= 0x256d && code <= 0x2570) {
    const x = code === 0x256d || code === 0x2570 ? "right" : "left";
    return [{ kind: "arc", x, y: code <= 0x256e ? "down" : "up" }];
  }
  return code >= 0x2574 ? arms(ENDS, code - 0x2574) : null;
}

function arms(table: string, place: number): readonly Shape[] {
  const weights = table.split(" ")[place] ?? "";
  return SIDES.flatMap((side, i) =>
    weights[i] === "0" ? [] : [{ kind: "arm", side, isThick: weights[i] === "2" }],
  );
}

/** Every other one is thick; of four, the last two are upright. */
function dashes(place: number, count: number): readonly Shape[] {
  return [{ kind: "dashes", isUpright: place % 4 >= 2, isThick: place % 2 === 1, count }];
}
