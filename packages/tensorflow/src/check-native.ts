/** `check-native.ts ADDON|PACKAGE`: multiplies two matrices natively and prints TensorFlow's version. */
import { createRequire } from "node:module";
import { join } from "node:path";

const A = [1, 2, 3, 4];
const B = [5, 6, 7, 8];
const AB = "19,22,43,50";

const [place = ""] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { version, product } = place.endsWith(".node") ? byAddon() : byPackage();
if (product !== AB) throw new Error(`it says that [1 2; 3 4] [5 6; 7 8] is [${product}]`);
process.stdout.write(version);

type Computed = { readonly version: string; readonly product: string };

function byAddon(): Computed {
  const binding = require(place);
  const [a, b] = [A, B].map((values) =>
    binding.createTensor([2, 2], binding.TF_FLOAT, new Float32Array(values)),
  );
  const attributes = [
    { name: "transpose_a", type: binding.TF_ATTR_BOOL, value: false },
    { name: "transpose_b", type: binding.TF_ATTR_BOOL, value: false },
    { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
  ];
  const [result] = binding.executeOp("MatMul", attributes, [a, b], 1);
  if (result === undefined) throw new Error("it multiplies nothing");
  return { version: binding.TF_Version, product: binding.tensorDataSync(result.id).join() };
}

function byPackage(): Computed {
  const tf = require(join(place, "dist/index.js"));
  const backend = tf.backend();
  if (!("binding" in backend)) throw new Error("TensorFlow.js runs on another backend");
  const product = tf.matMul(tf.tensor2d(A, [2, 2]), tf.tensor2d(B, [2, 2]));
  return { version: String(backend.binding?.TF_Version), product: product.dataSync().join() };
}
