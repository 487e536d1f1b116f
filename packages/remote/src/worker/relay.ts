/** Carries one attempt: the run to a process that trains it, and what that says to the coordinator. */
import type { NameLists } from "@ablate/core";
import {
  type FinalMessage,
  type ForkedLine,
  type StopMessage,
  type TrainMessage,
  type WorkerMessage,
  watchLine,
} from "@ablate/runner";
import type { Provenance } from "@ablate/store";
import { encodeMessage } from "../codec/codec.ts";
import { CodecError } from "../codec/codec-error.ts";
import type { Outbox } from "./outbox.ts";

export type RelayEnd =
  /** The last message is committed. */
  | { readonly kind: "ended"; readonly message: FinalMessage }
  /** No message says how it ended: what trained it is gone. */
  | { readonly kind: "lost"; readonly cause: string }
  /** Its coordinator waits for it no more. */
  | { readonly kind: "over" };

type RelayOptions = {
  readonly attempt: string;
  readonly request: TrainMessage;
  readonly names: NameLists;
  readonly line: ForkedLine;
  readonly outbox: Outbox;
  /** Facts of this machine, which the run gets to know when it starts. */
  readonly trainedOn: Provenance;
  readonly silenceMs: number;
  /** Hears what is said, once it is committed. */
  readonly onMessage: (message: WorkerMessage) => void;
};

export class Relay {
  readonly #options: RelayOptions;
  readonly #end = Promise.withResolvers<RelayEnd>();
  readonly #over = new AbortController();
  readonly #unwatch: () => void;
  /** What is said is committed in this order, one after the other. */
  #committed: Promise<void> = Promise.resolve();
  #seq = 0;
  /** What the run ended with, once that is on its way. */
  #last: FinalMessage | null = null;

  constructor(options: RelayOptions) {
    const { line, request, names, silenceMs } = options;
    this.#options = options;
    line.listen({
      onMessage: (message) => this.#next(() => this.#commit(message)),
      onGone: (cause) => this.#next(() => this.#lost(`worker died: ${cause}`)),
    });
    line.train(request, names);
    const onSilence = (): void => {
      this.#unwatch();
      line.kill();
      const seconds = silenceMs / 1000;
      this.#next(() => this.#lost(`worker hung: no sign of life for ${seconds} s`));
    };
    const limits = { timeoutMs: Number.POSITIVE_INFINITY, silenceMs };
    const watching = { isPaused: () => false, onTimeout: () => {}, onSilence };
    this.#unwatch = watchLine(line, limits, watching);
  }

  get end(): Promise<RelayEnd> {
    return this.#end.promise;
  }

  /** Ends the run after its current block. */
  stop(reason: StopMessage["reason"]): void {
    this.#options.line.send({ type: "stop", reason });
  }

  /** Ends the process that trains, at once; what it has said and is not committed is dropped. */
  abandon(end: RelayEnd): void {
    if (this.#over.signal.aborted) return;
    this.#options.line.kill();
    // A coordinator that has the last message ends the attempt, maybe before this end knows that it arrived.
    const message = end.kind === "over" ? this.#last : null;
    this.#settle(message === null ? end : { kind: "ended", message });
  }

  #next(work: () => Promise<void> | void): void {
    const unlessOver = (): Promise<void> | void => {
      if (!this.#over.signal.aborted) return work();
    };
    this.#committed = this.#committed.then(unlessOver).catch((error: unknown) => {
      this.#options.line.kill();
      this.#over.abort();
      this.#unwatch();
      if (error instanceof CodecError) this.#end.resolve({ kind: "lost", cause: error.message });
      else this.#end.reject(error);
    });
  }

  async #commit(said: WorkerMessage): Promise<void> {
    const { attempt, outbox, line, trainedOn, onMessage } = this.#options;
    const message = said.type === "started" ? { ...said, trainedOn } : said;
    const body = encodeMessage(message);
    if (isFinal(message)) this.#last = message;
    const isStored = await outbox.put(attempt, this.#seq, body, this.#over.signal);
    if (this.#over.signal.aborted) return;
    if (!isStored) {
      line.kill();
      this.#settle({ kind: "over" });
      return;
    }
    this.#seq += 1;
    onMessage(message);
    if (isFinal(message)) this.#settle({ kind: "ended", message });
    line.send({ type: "ack" });
  }

  #lost(cause: string): void {
    this.#settle({ kind: "lost", cause });
  }

  #settle(end: RelayEnd): void {
    this.#unwatch();
    this.#over.abort();
    this.#end.resolve(end);
  }
}

function isFinal(message: WorkerMessage): message is FinalMessage {
  return message.type === "ended" || message.type === "failed" || message.type === "refused";
}
