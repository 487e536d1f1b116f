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
