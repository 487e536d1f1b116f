/** The sides of a comparison, each measured once a round, in turn. */
import { type Backend, record, train, trainTfjs } from "./ours.ts";
import { type Peer, trainPeer } from "./peers.ts";
import type { Measured, Side } from "./report.ts";
import type { Timings } from "./timings.ts";
import { eagerLength, type Length } from "./workloads.ts";

export type Contender = {
  readonly side: Side;
  readonly measure: (net: string, length: Length) => Timings;
};

/** Ours, and those of the checkout of an earlier commit where one is named. */
export function ourSides(against?: string): Contender[] {
  return [
    { side: "training", measure: (net, length) => train(net, length) },
    { side: "recording", measure: (net, length) => record(net, length) },
    ...(against === undefined ? [] : sidesBefore(against)),
  ];
}

function sidesBefore(checkout: string): Contender[] {
  return [
    { side: "training before", measure: (net, length) => train(net, length, checkout) },
    { side: "recording before", measure: (net, length) => record(net, length, checkout) },
  ];
}

export function peerSides(peers: readonly Peer[]): Contender[] {
  return peers.map((peer) => ({
    side: peer.library,
    measure: (net, length) =>
      trainPeer(peer, net, peer.library === "JAX" ? length : eagerLength(length)),
  }));
}

export function tfjsSides(backends: readonly Backend[]): Contender[] {
  return backends.map((one) => ({
    side: `tfjs on ${one.backend}`,
    measure: (net, length) => trainTfjs(one, net, eagerLength(length)),
  }));
}

/** Measures every side once a round, so that other work on the machine slows all of them. */
export function measureRounds(
  contenders: readonly Contender[],
  rounds: number,
  { net, length }: { readonly net: string; readonly length: Length },
): Measured[] {
  const all = Array.from({ length: rounds }, () =>
    contenders.map(({ measure }) => measure(net, length)),
  );
  return contenders.map(({ side }, i) => ({
    side,
    rounds: all.flatMap((round) => round[i] ?? []),
  }));
}
