/**
 * `write-tiles.ts FILE`: writes the tiles of the matrix products, in AssemblyScript.
 *
 * A tile is so many rows of C by so many pairs of vectors. It stays in registers over the whole sum, and a language
 * without arrays of registers needs a variable for each of its vectors, so the tiles are written by this program and
 * not by hand. They differ in nothing but their size.
 *
 * What makes them fast:
 *
 * - V8's revectorizer makes one 256-bit instruction of two 128-bit ones. It begins at two stores that lie 16 bytes
 *   apart and goes up through their operands, as far as both sides do the same, in one basic block, with no store in
 *   between. So vectors come in pairs, nothing branches, and stores come last. In a pair the second store goes
 *   first: the other way round V8 keeps a 128-bit store besides.
 * - An operand in all lanes is a `load_splat`, which pairs. Constants are loaded so too: V8 builds a v128 constant
 *   anew at every use, four moves and an insert.
 * - A multiply-add is done four cycles after it began, and two begin in one cycle: eight pairs in flight keep the
 *   processor busy if nothing is ever late, more do it with ease. Sixteen registers of 256 bits, less the one that
 *   V8 keeps, hold 6 x 2 pairs of sums, a pair of rows of B and an element of A. Of what the bare loop does on an
 *   AMD EPYC, 6 x 2 does 95 %, 5 x 2 92 %, 4 x 2 88 %, 3 x 3 89 %, 3 x 2 68 %; 4 x 3 needs more registers (42 %).
 *   Two terms a turn spare nothing and need more of them (4 x 2: 85 %).
 * - Without the revectorizer a pair is two registers, and the widest that fits is 4 x 1.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

type Size = { readonly rows: number; readonly pairs: number };

/** Whole tiles of each width, and what is left below them. */
const SIZES: readonly Size[] = [
  ...[6, 5, 4, 3, 2, 1].map((rows) => ({ rows, pairs: 2 })),
  ...[3, 2, 1].map((rows) => ({ rows, pairs: 3 })),
  ...[4, 3, 2, 1].map((rows) => ({ rows, pairs: 1 })),
];

const PARAMETERS: readonly string[] = [
  "  a: usize, b: usize, start: usize, c: usize, m: i32, k: i32,",
  "  rowA: usize, termA: usize, strideB: usize, strideStart: usize, strideC: usize, least: f32,",
];

/** Bytes of a vector. */
const VECTOR = 16;

function tile({ rows, pairs }: Size): string {
  const each = (count: number, line: (i: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, i) => line(i));
  const vectors = 2 * pairs;
  const sums = (i: number) => each(vectors, (v) => `s${i}${v}`);
  const loads = (from: string) => each(vectors, (v) => `v128.load(${from}, ${v * VECTOR})`);
  const declare = (names: readonly string[], values: readonly string[]): string =>
    names.map((name, i) => `${name} = ${values[i]}`).join(", ");
  const store = (name: string, v: number) => `v128.store(c, ${name}, ${v * VECTOR});`;
  const line = (parts: readonly string[]) => `    ${parts.join(" ")}`;
  const lines = [
    `/** ${rows} x ${pairs}: see write-tiles.ts. */`,
    `function tile${rows}x${pairs}(`,
    ...PARAMETERS,
    "): void {",
    "  const end = b + <usize>k * strideB;",
    `  for (; m > 0; m -= ${rows}) {`,
    ...each(rows, (i) => `    let a${i} = ${i === 0 ? "a" : `a${i - 1} + rowA`};`),
    ...each(rows, (i) => `    let ${declare(sums(i), loads("start"))}; start += strideStart;`),
    "    for (let row = b; row < end; row += strideB) {",
    `      const ${declare(
      each(vectors, (v) => `b${v}`),
      loads("row"),
    )};`,
    "      let x: v128;",
    ...each(rows, (i) =>
      line([
        `  x = v128.load_splat<f32>(a${i}); a${i} += termA;`,
        ...sums(i).map((name, v) => `${name} = madd(x, b${v}, ${name});`),
      ]),
    ),
    "    }",
    "    const size = v128.load_splat<f32>(SIZE_BITS), bound = f32x4.splat(least);",
    ...each(rows, (i) => line(sums(i).map((name) => `${name} = flush(${name}, size, bound);`))),
    ...each(rows, (i) =>
      line([
        ...each(pairs, (p) => {
          const [even = "", odd = ""] = sums(i).slice(2 * p);
          return `${store(odd, 2 * p + 1)} ${store(even, 2 * p)}`;
        }),
        "c += strideC;",
      ]),
    ),
    `    a += ${rows} * rowA;`,
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** The choice among them: m is a multiple of `rows`. */
function choice(): string {
  const args = "a, b, start, c, m, k, rowA, termA, strideB, strideStart, strideC, least";
  const lines = [
    "/** So many rows of C, tile by tile. */",
    "export function tiles(",
    "  rows: i32, pairs: i32,",
    ...PARAMETERS,
    "): void {",
    "  switch (8 * pairs + rows) {",
    ...SIZES.map(
      ({ rows, pairs }) => `    case ${8 * pairs + rows}: tile${rows}x${pairs}(${args}); break;`,
    ),
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

const [file = ""] = process.argv.slice(2);
const head = `// Written by kernels/write-tiles.ts, where a reader finds why.
import { madd, SIZE_BITS } from "../kernels/vector";

/** x, but 0 where |x| < bound. */
@inline
function flush(x: v128, size: v128, bound: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, size), bound));
}
`;
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, [head, ...SIZES.map(tile), choice()].join("\n"));
