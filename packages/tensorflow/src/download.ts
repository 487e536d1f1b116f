import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf, ProvisionError, reasonOf } from "./problem.ts";
import { needSpace } from "./space.ts";
import { size, type Terminal } from "./terminal.ts";

const ANSWER_MS = 5_000;
const SILENCE_MS = 20_000;
/** What an archive needs on the disk, itself included, as a multiple of its size. */
const GROWTH = 5;

/** Downloads `address` to `file` and returns its SHA-256; gives up soon when nothing answers. */
export async function download(
  address: string,
  file: string,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<string> {
  const { host } = new URL(address);
  const patience = new Patience();
  try {
    const ends = AbortSignal.any([signal, patience.signal]);
    patience.expect(ANSWER_MS, "no answer");
    const response = await fetch(address, { signal: ends });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    terminal.note(`downloading ${basename(file)} from ${host}: ${size(total)}`);
    needSpace(dirname(file), total * GROWTH);

    const hash = createHash("sha256");
    let done = 0;
    const body = Readable.from(response.body).map((chunk: Uint8Array) => {
      patience.expect(SILENCE_MS, "the connection went silent");
      hash.update(chunk);
      done += chunk.length;
      terminal.progress(basename(file), done, total);
      return chunk;
    });
    await pipeline(body, createWriteStream(file), { signal: ends });
    return hash.digest("hex");
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProvisionError || codeOf(error) === "ENOSPC") throw error;
    const reason = patience.signal.aborted ? patience.signal.reason : error;
    throw new ProvisionError(`${host}: ${reasonOf(reason)}`);
  } finally {
    patience.end();
  }
}

/** Aborts its signal when what it expects does not come in time. */
class Patience {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  expect(withinMs: number, otherwise: string): void {
    this.end();
    this.#timer = setTimeout(() => this.#controller.abort(new Error(otherwise)), withinMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
