/** What a relay needs of the wire to its coordinators. */
export type Taken = {
  readonly attempt: string;
  readonly job: string;
  readonly queue: string;
  readonly run: string;
  readonly dataHash: string;
  readonly request: Buffer;
};

export type LiveCoordinator = {
  readonly host: string;
  readonly version: string;
  readonly grid: string;
  readonly queues: readonly string[];
};

export type RelayWire = {
  readonly database: {
    readonly trouble: string | null;
    onTrouble(listener: (trouble: string | null) => void): void;
  };
  coordinators(): Promise<readonly LiveCoordinator[]>;
  take(queues: readonly string[]): Promise<Taken | null>;
  file(attempt: string): Promise<Buffer>;
  beat(jobs: readonly string[]): Promise<void>;
  present(state: {
    readonly runs: readonly { readonly run: string; readonly stepsPerSecond: number | null }[];
    readonly isLeaving: boolean;
    readonly waitsFor: string | null;
  }): Promise<void>;
  put(attempt: string, seq: number, body: Buffer): Promise<"stored" | "over" | "full">;
  finish(job: string): Promise<void>;
  fail(job: string, why: string): Promise<void>;
  orders(attempts: readonly string[]): Promise<
    readonly {
      readonly attempt: string;
      readonly stop: "user" | "fail-fast" | null;
      readonly isOver: boolean;
    }[]
  >;
  onNews(listener: () => void): void;
};
