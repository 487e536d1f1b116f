import type { Tensor } from "@tensorflow/tfjs";

/** A tensor's values on our side: a view that lives as long as the tensor. */
export function floats(tensor: Tensor): Float32Array {
  return tensor.dataSync<"float32">();
}
