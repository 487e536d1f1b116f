/** Lays out one block of memory: everything a run needs is reserved once, before its first step. */
export class Arena {
  #next: number;

  constructor(firstByte: number) {
    this.#next = align(firstByte);
  }

  /** Reserves `bytes`, aligned to 16; returns the offset. */
  reserve(bytes: number): number {
    const offset = this.#next;
    this.#next = align(offset + bytes);
    return offset;
  }

  /** Reserves a float32 matrix whose rows are padded to whole vectors of four. */
  matrix(rows: number, columns: number): Matrix {
    const ld = (columns + 3) & ~3;
    return { at: this.reserve(rows * ld * 4), rows, columns, ld };
  }

  get byteLength(): number {
    return this.#next;
  }
}

/** A float32 matrix in the arena; `ld` is the distance of two rows, in elements. */
export type Matrix = {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly ld: number;
};

function align(offset: number): number {
  return Math.ceil(offset / 16) * 16;
}

/** Bytes of a WebAssembly page. */
const PAGE = 65_536;

/**
 * Makes room for so many bytes.
 *
 * @throws RangeError - more than WebAssembly can address, or than the machine has
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  try {
    memory.grow(Math.ceil(bytes / PAGE));
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new RangeError(
      `the model needs ${mebibytes} MiB, more than is to be had; make it smaller`,
      {
        cause,
      },
    );
  }
}
