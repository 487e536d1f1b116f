/** The file of one run: frames one after the other, whole or not at all. */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Characters of a name in the file's, well below what file systems take. */
const LONGEST_NAME = 120;

export class RunFile {
  readonly path: string;
  readonly #file: number;
  #length = 0;

  constructor(folder: string, name: string, id: string) {
    mkdirSync(folder, { recursive: true });
    const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    const plain = name.replace(/[^\p{L}\p{N}.=+,@_-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
    const file = `${plain.slice(0, LONGEST_NAME) || "run"}-${stamp}-${id}.ablate`;
    this.path = join(folder, file);
    this.#file = openSync(this.path, "ax");
  }

  write(frame: Uint8Array): void {
    if (fstatSync(this.#file).nlink === 0) throw new Error("its file was deleted");
    try {
      for (let at = 0; at < frame.length; ) at += writeSync(this.#file, frame, at);
    } catch (error) {
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
    this.#length += frame.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}
