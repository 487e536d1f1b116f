/** What engines run on, and how far they are from each other. */
import {
  type EngineFacts,
  kernelWishes,
  NATIVE_ADVICE,
  type SeriesDifference,
  TFJS_BACKENDS,
  type TfjsBackend,
} from "@ablate/core";
import { count, right, type TableStyle, table, UNKNOWN } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import type { Paint, Terminal } from "../command-line/terminal.ts";
import { tableStyle } from "../print/styles.ts";

/**
 * Says what an engine runs on and why not on something better, as one phrase.
 *
 * @param revision - of the engine, where it is to be named
 */
export function engineText(
  { backend, version, reason }: Omit<EngineFacts, "engine">,
  revision: number | null = null,
): string {
  const kind = NAMES[backend]?.(version ?? "") ?? backend;
  const name = revision === null ? kind : `${kind}, revision ${revision}`;
  if (reason === null) return name;
  const hint = reason.startsWith("native TensorFlow") ? `; ${NATIVE_ADVICE}` : "";
  return `${name}: ${reason}${hint}`;
}

const NAMES: Readonly<Record<string, (version: string) => string>> = {
  simd: (version) => `our own WebAssembly kernels (${version})`,
  tensorflow: (version) => `TensorFlow ${version}, native`,
  wasm: (version) => `the WebAssembly backend of TensorFlow.js ${version}`,
  cpu: (version) => `the plain JavaScript backend of TensorFlow.js ${version}`,
};

/** Tables how far each engine's series of one run are from those of `simd`: the largest difference and its step. */
export function differencesTable(
  run: string,
  engines: readonly Pick<EngineFacts, "engine" | "backend">[],
  differences: readonly (readonly SeriesDifference[])[],
  paint: Paint,
): string {
  const [first = []] = differences;
  const rows = first.map(({ series, compared, steps }, i) => [
    series,
    compared === steps ? "all" : `${count(compared)} of ${count(steps)}`,
    ...differences.flatMap((ofEngine) => cells(ofEngine[i])),
  ]);
  const titles = engines.flatMap(({ engine, backend }) => [
    right(`${engine} ${backend}`),
    right("at step"),
    "",
  ]);
  const text = table(["series", "compared", ...titles], rows, overStyle(paint));
  const isChaotic = first.some(({ compared, steps }) => compared < steps);
  return `${paint("bold", run)}\n${text}${isChaotic ? CHAOTIC : ""}`;
}

/** A difference beyond its tolerance is trouble. */
function overStyle(paint: Paint): TableStyle {
  return tableStyle(paint, (text) => (text.startsWith("over ") ? "red" : null));
}

const CHAOTIC = "what is compared ends where a change of the last bits alone moves the series\n";

function cells(one: SeriesDifference | undefined): string[] {
  if (one === undefined || one.difference === null) return [UNKNOWN, UNKNOWN, ""];
  const verdict = one.ok ? "" : `over ${one.tolerance}`;
  return [one.difference.toExponential(1), count(one.step), verdict];
}

/**
 * Refuses what the user wants of engines and there is not, before anything else is done.
 *
 * @throws EngineError - ABLATE_KERNELS has a word that is none
 * @throws UsageError - ABLATE_TFJS_BACKEND is no backend
 */
export function refuseUnknownWishes(terminal: Terminal): void {
  kernelWishes(terminal.environment);
  wantedBackend(terminal);
}

const VARIABLE = "ABLATE_TFJS_BACKEND";

/** Returns the backend that the user wants instead of the best one that works. */
export function wantedBackend({ environment }: Terminal): TfjsBackend | undefined {
  const given = environment[VARIABLE];
  if (given === undefined || given === "") return undefined;
  const backend = TFJS_BACKENDS.find((name) => name === given);
  if (backend !== undefined) return backend;
  throw new UsageError(`${VARIABLE} is "${given}"; it takes ${TFJS_BACKENDS.join(", ")}`);
}
