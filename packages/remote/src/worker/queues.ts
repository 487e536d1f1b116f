/** Which runs this machine can train, as names of queues. */
import { ENGINE_REVISIONS, type TfjsBackend } from "@ablate/core";
import { PROTOCOL, queueName } from "../wire/protocol.ts";
import type { CoordinatorSeen } from "../wire/worker-wire.ts";
import { tfjsBackends } from "./tfjs-backends.ts";

const SIMD = queueName("simd");
const TFJS = queueName("tfjs");

export class Queues {
  readonly #backend: TfjsBackend | undefined;
  readonly #onMissing: (error: string) => void;
  /** The backend of runs that have begun on it, by their queue. */
  readonly #tied = new Map<string, TfjsBackend>();
  #isAsked = false;

  /** @param onMissing - hears why runs of tfjs are left to others */
  constructor(backend: TfjsBackend | undefined, onMissing: (error: string) => void) {
    this.#backend = backend;
    this.#onMissing = onMissing;
  }

  /** Those that are known to be trained here; runs that only some machines can go on with come before new ones. */
  get names(): readonly string[] {
    const tied = [...this.#tied.keys()];
    return tied.length === 0 ? [SIMD] : [SIMD, ...tied, TFJS];
  }

  /** Returns what tfjs has to compute a run of this queue with; undefined: with what it likes best. */
  backendOf(queue: string): TfjsBackend | undefined {
    return this.#tied.get(queue) ?? this.#backend;
  }

  /** Finds out whether runs of tfjs are trained here, once somebody has any to hand out. */
  async learn(coordinators: readonly CoordinatorSeen[]): Promise<void> {
    const isAsked = coordinators.some(({ queues }) => queues.some(isOfTfjs));
    if (!isAsked || this.#isAsked) return;
    this.#isAsked = true;
    const { backends, error } = await tfjsBackends(this.#backend);
    for (const { backend, version } of backends) {
      this.#tied.set(queueName("tfjs", { backend, version }), backend);
    }
    if (backends.length === 0) this.#onMissing(error ?? "no backend works");
  }
}

/** Returns what nobody here understands, where there are coordinators and none has runs for this version. */
export function mismatch(coordinators: readonly CoordinatorSeen[]): string | null {
  const isUnderstood = (queue: string): boolean => queue === SIMD || isOfTfjs(queue);
  const isAny = coordinators.some(({ queues }) => queues.length === 0 || queues.some(isUnderstood));
  if (coordinators.length === 0 || isAny) return null;
  const here = `protocol ${PROTOCOL}, simd revision ${ENGINE_REVISIONS.simd}`;
  const others = coordinators
    .map(({ host, grid, version }) => `${host} coordinates ${grid} with ablate ${version}`)
    .join(", ");
  return `no grid here speaks to this version: ${here}; ${others}; use the same version on both sides`;
}

function isOfTfjs(queue: string): boolean {
  return queue === TFJS || queue.startsWith(`${TFJS}.`);
}
