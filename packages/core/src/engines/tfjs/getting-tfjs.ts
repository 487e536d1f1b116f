/** How TensorFlow.js and its native part come to be there: a checkout has the first, the npm package neither. */
import { IS_PACKAGE } from "@ablate/assets";

/** Says that TensorFlow.js is not installed, and what to do. */
export const TFJS_MISSING =
  "TensorFlow.js is not installed; install it where ablate is: npm install -g @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 (docs/install.md)";

/** Says how native TensorFlow is got. */
export const NATIVE_ADVICE: string = IS_PACKAGE
  ? "only a checkout gets it (docs/tensorflow.md)"
  : "`npx pnpm@12 tensorflow` gets it";

/** Whether something was not imported because it is not installed. */
export function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
