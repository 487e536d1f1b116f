/** A line to whichever worker of another machine takes what is handed over. */
import type { NameLists } from "@ablate/core";
import type {
  CoordinatorMessage,
  HandedOver,
  Line,
  LineListener,
  TrainMessage,
  WorkerMessage,
} from "@ablate/runner";
import type { Mark } from "@ablate/store";

/** What a line has done for it in the database. */
export type LineOffice = {
  /** Resolves with the attempt's id once it is there for workers. */
  readonly handOut: (message: TrainMessage, data: NameLists, run: HandedOver) => Promise<string>;
  readonly order: (attempt: string, stop: "user" | "fail-fast") => Promise<void>;
  /** Resolves with whether nobody had taken the attempt, and nobody will. */
  readonly withdraw: (attempt: string) => Promise<boolean>;
  /** Ends an attempt; `seq` is the last of its messages that is stored, or that nobody wants. */
  readonly close: (attempt: string, seq: number) => Promise<void>;
  /** A message is stored. */
  readonly stored: (mark: Mark) => void;
  /** From now on this line hears what the attempt's worker says. */
  readonly attach: (attempt: string, line: RemoteLine) => void;
  /** @param unstored - messages that were passed on, and that nobody will call stored */
  readonly detach: (attempt: string, unstored: number) => void;
  /** Waits for it, and is told where it fails. */
  readonly run: (work: Promise<unknown>) => void;
};

const DEAF: LineListener = { onMessage: () => {}, onGone: () => {}, onWithdrawn: () => {} };

type Attempt = {
  readonly id: string;
  /** Messages that were passed on and are not stored yet. */
  readonly passed: Mark[];
  last: number;
  isTaken: boolean;
  isStopping: boolean;
};

export class RemoteLine implements Line {
  /** The lease tells of a silent worker, not the line. */
  readonly beats = null;
  readonly #office: LineOffice;
  #listener: LineListener = DEAF;
  #attempt: Attempt | null = null;
  /** It is on its way to the database. */
  #isHandingOut = false;
  #stop: "user" | "fail-fast" | null = null;
  #request: TrainMessage | null = null;
  /** Counts what was handed over, so that what comes late of an earlier one is told apart. */
  #turn = 0;
  #adopted: string | null;

  /** @param adopted - an attempt that the first `train` goes on with */
  constructor(office: LineOffice, adopted: string | null = null) {
    this.#office = office;
    this.#adopted = adopted;
  }

  get isWaiting(): boolean {
    return this.#isHandingOut || this.#attempt?.isTaken === false;
  }

  listen(listener: LineListener): void {
    this.#listener = listener;
  }

  train(message: TrainMessage, data: NameLists, run: HandedOver): void {
    this.#leave();
    this.#request = message;
    this.#stop = null;
    this.#turn += 1;
    const adopted = this.#adopted;
    this.#adopted = null;
    if (adopted !== null) this.#attach(adopted);
    else this.#office.run(this.#handOut(message, data, run));
  }

  send(message: CoordinatorMessage): void {
    if (message.type === "ack") this.#acknowledge();
    if (message.type !== "stop" || message.reason === "evicted") return;
    this.#stop = message.reason;
    if (this.#attempt !== null) this.#office.run(this.#stopAttempt(this.#attempt));
  }

  kill(): void {
    this.#listener = DEAF;
    const adopted = this.#adopted;
    this.#adopted = null;
    this.#turn += 1;
    if (adopted !== null) this.#office.run(this.#office.close(adopted, Number.MAX_SAFE_INTEGER));
    this.#leave();
  }

  settle(): void {
    this.#leave();
  }

  withdraw(): void {
    const attempt = this.#attempt;
    if (attempt === null || attempt.isTaken || this.#stop !== null) return;
    this.#office.run(
      this.#takeBack(attempt).then((isBack) => {
        if (isBack) this.#listener.onWithdrawn();
      }),
    );
  }

  /** Passes on what the attempt's worker says; returns whether somebody will call it stored. */
  deliver(message: WorkerMessage, mark: Mark): boolean {
    const attempt = this.#attempt;
    if (attempt?.id !== mark.attempt) return false;
    attempt.isTaken = true;
    attempt.last = mark.seq;
    attempt.passed.push(mark);
    this.#listener.onMessage(message, mark);
    return true;
  }

  /** A worker has it. */
  taken(id: string): void {
    if (this.#attempt?.id === id) this.#attempt.isTaken = true;
  }

  /** Says whether all that was passed on is stored. */
  get isQuiet(): boolean {
    return (this.#attempt?.passed.length ?? 0) === 0;
  }

  /**
   * Whoever had the attempt is gone, and all that it said was passed on.
   *
   * @param cause - null: nobody had it
   */
  gone(id: string, cause: string | null): void {
    if (this.#attempt?.id !== id) return;
    this.#leave();
    if (cause === null) this.#listener.onWithdrawn();
    else this.#listener.onGone(cause);
  }

  async #handOut(message: TrainMessage, data: NameLists, run: HandedOver): Promise<void> {
    const turn = this.#turn;
    this.#isHandingOut = true;
    const id = await this.#office.handOut(message, data, run);
    if (this.#turn !== turn) return this.#office.close(id, Number.MAX_SAFE_INTEGER);
    this.#isHandingOut = false;
    this.#attach(id);
  }

  #attach(id: string): void {
    const attempt = { id, passed: [], last: -1, isTaken: false, isStopping: false };
    this.#attempt = attempt;
    this.#office.attach(id, this);
    if (this.#stop !== null) this.#office.run(this.#stopAttempt(attempt));
  }

  /** Tells its worker, or takes it back where it has none. */
  async #stopAttempt(attempt: Attempt): Promise<void> {
    if (attempt.isStopping) return;
    attempt.isStopping = true;
    const reason = this.#stop ?? "user";
    if (!attempt.isTaken && (await this.#takeBack(attempt))) {
      const { runId = 0, resume = null } = this.#request ?? {};
      const { trainSeconds = 0 } = resume ?? {};
      const end = { type: "ended", runId, state: "stopped", reason, snapshot: null } as const;
      this.#listener.onMessage({ ...end, trainSeconds });
    } else {
      await this.#office.order(attempt.id, reason);
    }
  }

  async #takeBack(attempt: Attempt): Promise<boolean> {
    const isBack = await this.#office.withdraw(attempt.id);
    if (!isBack || this.#attempt !== attempt) return false;
    this.#attempt = null;
    this.#office.detach(attempt.id, attempt.passed.length);
    return true;
  }

  #acknowledge(): void {
    const mark = this.#attempt?.passed.shift();
    if (mark !== undefined) this.#office.stored(mark);
  }

  /** Ends the attempt that the line is at. */
  #leave(): void {
    const attempt = this.#attempt;
    this.#isHandingOut = false;
    if (attempt === null) return;
    this.#attempt = null;
    this.#office.detach(attempt.id, attempt.passed.length);
    this.#office.run(this.#office.close(attempt.id, attempt.last));
  }
}
