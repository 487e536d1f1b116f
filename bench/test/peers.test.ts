import { expect, test } from "vitest";
import { train } from "../src/ours.ts";
import { findPeers, trainPeer } from "../src/peers.ts";

const peers = findPeers();

test.for([
  ["two-layer", 1000],
  ["six-layer-bn-100", 1000],
  ["two-layer-adamw", 300],
  ["six-layer-ln-100", 300],
  ["hierarchical", 300],
] as const)("each peer's loss falls as ours does: %s", ([net, steps], { skip }) => {
  skip(
    peers.length === 0 && !process.env.CI,
    "no JAX and no PyTorch here (ABLATE_PYTHON names a Python that has them)",
  );
  expect(peers).not.toEqual([]);
  const length = { chunk: steps / 20, steps };
  const { loss } = train(net, length);
  for (const peer of peers) {
    const theirs = trainPeer(peer, net, length);
    expect(theirs.loss, peer.library).toBeCloseTo(loss, 0);
    expect(Math.abs(theirs.loss - loss), peer.library).toBeLessThan(0.1);
  }
});
