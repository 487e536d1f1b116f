/** Times every call of a kernel where it happens, in the step itself. */

/** A WebAssembly export as the engine calls it. */
type Kernel = (...args: readonly number[]) => number;

/** What the calls of one kernel took, one entry for each step. */
export type KernelHistory = {
  readonly calls: number[];
  readonly ms: number[];
  readonly flops: number[];
};

/** Returns the flops of a call that is a product of matrices, and 0 of any other. */
export type FlopsOf = (kernel: string, args: readonly number[]) => number;

/** Collects the calls of each step by kernel. */
export class CallRecorder {
  readonly byKernel: Map<string, KernelHistory> = new Map();
  readonly #flopsOf: FlopsOf;
  #step = -1;

  constructor(flopsOf: FlopsOf) {
    this.#flopsOf = flopsOf;
  }

  /** Forgets everything so far. */
  clear(): void {
    this.byKernel.clear();
    this.#step = -1;
  }

  beginStep(): void {
    this.#step++;
  }

  add(kernel: string, args: readonly number[], ms: number): void {
    if (this.#step < 0) return;
    let history = this.byKernel.get(kernel);
    if (history === undefined) {
      history = { calls: [], ms: [], flops: [] };
      this.byKernel.set(kernel, history);
    }
    const { calls, ms: times, flops } = history;
    calls[this.#step] = (calls[this.#step] ?? 0) + 1;
    times[this.#step] = (times[this.#step] ?? 0) + ms;
    flops[this.#step] = (flops[this.#step] ?? 0) + this.#flopsOf(kernel, args);
  }
}

/**
 * Makes every WebAssembly module that is instantiated from now on report its calls. The engine needs no seam
 * for this, so that what is timed is the engine as it is.
 */
export function observeKernels(recorder: CallRecorder): void {
  const value = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      const exports = Object.entries(instance.exports).map(([name, value]) => [
        name,
        typeof value === "function" ? observed(name, (...all) => value(...all), recorder) : value,
      ]);
      return { exports: Object.fromEntries(exports) };
    },
  });
  Object.defineProperty(WebAssembly, "Instance", { value });
}

function observed(name: string, kernel: Kernel, recorder: CallRecorder): Kernel {
  return (...args) => {
    const start = performance.now();
    const result = kernel(...args);
    recorder.add(name, args, performance.now() - start);
    return result;
  };
}
