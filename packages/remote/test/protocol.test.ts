import { ENGINE_REVISIONS } from "@ablate/core";
import { expect, test } from "vitest";
import { PROTOCOL, queueName } from "../src/wire/protocol.ts";

test("a queue's name says the protocol, the engine and its revision", () => {
  expect(queueName("simd")).toBe(`runs.${PROTOCOL}.simd.${ENGINE_REVISIONS.simd}`);
});

test("a run of tfjs that has begun waits in a queue of its backend and version", () => {
  const name = queueName("tfjs", { backend: "wasm", version: "4.22.0" });
  expect(name).toBe(`${queueName("tfjs")}.wasm.4.22.0`);
});
