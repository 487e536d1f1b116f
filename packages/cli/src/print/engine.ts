import type { EngineFacts } from "@ablate/core";

/** On what an engine runs and why not on something better, as one phrase. */
export function engineText({ backend, version, reason }: Omit<EngineFacts, "engine">): string {
  const name = NAMES[backend]?.(version ?? "") ?? backend;
  if (reason === null) return name;
  const hint = reason.startsWith("native TensorFlow") ? `; ${INSTALL} gets it` : "";
  return `${name}: ${reason}${hint}`;
}

const INSTALL = "`npx pnpm@12 tensorflow`";

const NAMES: Readonly<Record<string, (version: string) => string>> = {
  simd: () => "our own WebAssembly kernels",
  tensorflow: (version) => `TensorFlow ${version}, native`,
  wasm: (version) => `the WebAssembly backend of TensorFlow.js ${version}`,
  cpu: (version) => `the plain JavaScript backend of TensorFlow.js ${version}`,
};
