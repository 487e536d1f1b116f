/** What TensorFlow.js's WebAssembly backend lacks for this model, or does many times too slowly. */
import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

const backendName = "wasm";

/** Registers the kernels; once a process. */
export function registerWasmKernels(): void {
  tf.registerKernel({ kernelName: "UnsortedSegmentSum", backendName, kernelFunc: segmentSums });
  const product = tf.getKernel("BatchMatMul", backendName);
  const transpose = tf.getKernel("Transpose", backendName).kernelFunc;
  tf.unregisterKernel("BatchMatMul", backendName);
  tf.registerKernel({ ...product, kernelFunc: transposingFirst(product.kernelFunc, transpose) });
}

/** Sums of the rows of `x` that have the same segment, which is the gradient of a gather. */
const segmentSums: tf.KernelFunc = (call) => {
  const x = input(call, "x");
  const segmentIds = input(call, "segmentIds");
  const backend = call.backend as BackendWasm;
  const count = Number(call.attrs?.numSegments);
  const output = backend.makeOutput([count, ...x.shape.slice(1)], "float32");
  const rows = backend.typedArrayFromHeap(x);
  const segments = backend.typedArrayFromHeap(segmentIds);
  const sums = backend.typedArrayFromHeap(output).fill(0);
  const width = rows.length / segments.length;
  for (const [row, segment] of segments.entries()) {
    if (segment < 0 || segment >= count) continue;
    for (let i = 0; i < width; i++) {
      const at = segment * width + i;
      sums[at] = (sums[at] ?? 0) + (rows[row * width + i] ?? 0);
    }
  }
  return output;
};

/** A product whose transposed factors are transposed beforehand: the backend's own way takes 6 to 12 times as long. */
function transposingFirst(product: tf.KernelFunc, transpose: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { attrs, backend } = call;
    const made: tf.TensorInfo[] = [];
    const upright = (x: tf.TensorInfo, isTransposed: unknown): tf.TensorInfo => {
      if (isTransposed !== true) return x;
      const perm = x.shape.map((_, axis) => axis);
      perm.push(...perm.splice(-2).reverse());
      const turned = transpose({ inputs: { x }, attrs: { perm }, backend });
      const infos = Array.isArray(turned) ? turned : [turned];
      made.push(...infos);
      return infos[0] ?? x;
    };
    const result = product({
      inputs: {
        a: upright(input(call, "a"), attrs?.transposeA),
        b: upright(input(call, "b"), attrs?.transposeB),
      },
      attrs: { ...attrs, transposeA: false, transposeB: false },
      backend,
    });
    for (const { dataId } of made) (backend as BackendWasm).disposeData(dataId);
    return result;
  };
}

function input(
  { inputs }: { readonly inputs: tf.NamedTensorInfoMap },
  name: string,
): tf.TensorInfo {
  const found = inputs[name];
  if (found === undefined) throw new RangeError(`tfjs: the kernel's input ${name} is missing`);
  return found;
}
