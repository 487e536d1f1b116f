/** The network between one process and the database, which a test can cut. */
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * How a network is cut. `reset`: connections break, new ones are refused. `silence`: nothing comes through,
 * and all of it once the cut is over, as TCP sends again. `forgotten`: the same, but what was open
 * before stays silent for ever, as behind a router that has lost its table.
 */
export type Cut = "reset" | "silence" | "forgotten";

/** Both ends of a connection; one that is lost stays silent for ever. */
type Pair = { readonly near: Socket; readonly far: Socket; isLost: boolean };

export class Network {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #cut: Cut | null = null;

  /** Listens on a free port of loopback and passes everything on to another one. */
  static open(target: number): Promise<Network> {
    const network = new Network(target);
    return new Promise((resolve, reject) => {
      network.#server.once("error", reject);
      network.#server.listen(0, "127.0.0.1", () => resolve(network));
    });
  }

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: false }, (near) => this.#join(near, target));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy is closed");
    return address.port;
  }

  /** Number of connections that are open, or seem so. */
  get open(): number {
    return this.#pairs.size;
  }

  cut(how: Cut): void {
    this.#cut = how;
    for (const pair of [...this.#pairs]) {
      if (how === "reset") this.#break(pair);
      else hold(pair);
      pair.isLost = how === "forgotten";
    }
  }

  heal(): void {
    this.#cut = null;
    for (const pair of this.#pairs) if (!pair.isLost) release(pair);
  }

  close(): void {
    this.#server.close();
    for (const pair of [...this.#pairs]) this.#break(pair);
  }

  #join(near: Socket, target: number): void {
    near.on("error", () => {});
    if (this.#cut === "reset") {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    far.on("error", () => {});
    const pair = { near, far, isLost: false };
    this.#pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("close", () => {
        // A process that dies behind a cut is not heard of at the other end.
        if (one === near && near.isPaused() && far.isPaused()) return;
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.#cut !== null) hold(pair);
  }

  #break({ near, far }: Pair): void {
    near.resetAndDestroy();
    far.resetAndDestroy();
  }
}

function hold({ near, far }: Pair): void {
  near.unpipe(far);
  far.unpipe(near);
  near.pause();
  far.pause();
}

function release({ near, far }: Pair): void {
  near.pipe(far);
  far.pipe(near);
}
