/** Messages as bytes that cross a network: one frame each, whose every value is checked on the way in. */
import type { NameLists, StepBlock } from "@ablate/core";
import { decodeFrame, encodeFrame, type Frame, type FrameArray, FrameError } from "@ablate/frames";
import type { StartedMessage, TrainMessage, WorkerMessage } from "@ablate/runner";
import { bytes as sizeText } from "@ablate/text";
import { z } from "zod";
import { PROTOCOL } from "../wire/protocol.ts";
import { CodecError } from "./codec-error.ts";
import { WORKER_MESSAGES } from "./message-schema.ts";
import { pack, unpack } from "./pack.ts";
import { nameLists, trainMessage } from "./request-schema.ts";

/** What one frame holds at most, less what its head may take. */
const MOST_BYTES = 240 * 1024 * 1024;

const HEAD = z.strictObject({ protocol: z.literal(PROTOCOL), message: z.unknown() });

/**
 * Encodes a message between a coordinator and a worker as a frame.
 *
 * @throws CodecError - the message is larger than a frame, or has a value that none of ours has
 */
export function encodeMessage(message: WorkerMessage | TrainMessage): Buffer {
  return encode(message);
}

/**
 * Decodes a message of a worker.
 *
 * @param begun - the first message of the attempt: each of its steps has as many ratios and metrics
 * @throws CodecError - the bytes are no message of a worker
 */
export function decodeWorkerMessage(
  bytes: Uint8Array,
  begun: Pick<StartedMessage, "parameters" | "metrics"> | null = null,
): WorkerMessage {
  const value = decode(bytes);
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : null;
  if (!isWorkerType(type)) throw new CodecError("a message has a type that no worker sends");
  const what = `a message of type "${type}"`;
  const message = checked<WorkerMessage>(WORKER_MESSAGES[type], value, what);
  if (begun !== null && "block" in message) checkWidth(message.block, begun);
  return message;
}

/** @throws CodecError - the bytes are no run to train */
export function decodeTrainMessage(bytes: Uint8Array): TrainMessage {
  return checked(trainMessage, decode(bytes), "the request to train a run");
}

/** @throws CodecError - the names are more than a frame holds */
export function encodeNames(names: NameLists): Buffer {
  return encode(names);
}

/** @throws CodecError - the bytes are no names */
export function decodeNames(bytes: Uint8Array): NameLists {
  return checked(nameLists, decode(bytes), "the file of names");
}

function checkWidth(
  { count, ratios, metrics = new Float64Array() }: StepBlock,
  begun: Pick<StartedMessage, "parameters" | "metrics">,
): void {
  const isOfRun =
    ratios.length === count * begun.parameters.length &&
    metrics.length === count * begun.metrics.length;
  if (!isOfRun) throw new CodecError("steps have other ratios or metrics than their run");
}

function isWorkerType(type: unknown): type is WorkerMessage["type"] {
  return typeof type === "string" && Object.hasOwn(WORKER_MESSAGES, type);
}

function encode(value: object): Buffer {
  const arrays: FrameArray[] = [];
  const message = pack(value, arrays);
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size > MOST_BYTES) {
    const most = sizeText(MOST_BYTES);
    throw new CodecError(`a message of ${sizeText(size)} cannot be sent, at most ${most} can`);
  }
  return encodeFrame({
    head: { protocol: PROTOCOL, message },
    arrays: Object.fromEntries(arrays.entries()),
  });
}

function decode(bytes: Uint8Array): unknown {
  const { head, arrays } = frameOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const { message } = checked(HEAD, head, "a message");
  return unpack(message, arrays);
}

function frameOf(bytes: Buffer): Frame {
  try {
    const decoded = decodeFrame(bytes);
    if (decoded?.end === bytes.length) return decoded.frame;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw new CodecError(`a message cannot be read: ${error.message}`, { cause: error });
  }
  throw new CodecError("a message is not as long as it says");
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { data, error, success } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new CodecError(`${what} is not as it has to be: ${place}${issue?.message}`);
}
