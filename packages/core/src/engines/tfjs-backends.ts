/** Backends of TensorFlow.js, best first: TensorFlow itself, WebAssembly, plain JavaScript. */
export const TFJS_BACKENDS = ["tensorflow", "wasm", "cpu"] as const;

export type TfjsBackend = (typeof TFJS_BACKENDS)[number];
