/** Finds the files below a folder in which a log may be. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemReason } from "@ablate/text";
import { readUpTo, withFile } from "./byte-source.ts";
import type { FoundFile } from "./log.ts";

/** Folders in which programs keep what is theirs; so do those whose names begin with a dot. */
const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", "site-packages", "__pycache__"]);

/** First bytes of a file, by which it is known. */
const HEAD_BYTES = 512;

/** A file with what tells it from another that takes its place. */
export type WalkedFile = FoundFile & { readonly key: string };

export type Walk = {
  readonly files: readonly WalkedFile[];
  /** Sentences about what could not be read. */
  readonly troubles: readonly string[];
};

/** Walks files and folders; of what was found before, only what has changed is opened again. */
export class Walker {
  readonly #paths: readonly string[];
  readonly #leftOut: readonly string[];
  #known: ReadonlyMap<string, WalkedFile> = new Map();

  /** @param leftOut - files that are not opened, wherever they are found */
  constructor(paths: readonly string[], leftOut: readonly string[] = []) {
    this.#paths = paths;
    this.#leftOut = leftOut;
  }

  walk(): Walk {
    const round = new Round(this.#known, this.#paths);
    for (const path of this.#leftOut) round.leaveOut(path);
    for (const path of this.#paths) round.visit(path);
    round.visitLinks();
    this.#known = round.files;
    return { files: [...round.files.values()], troubles: round.troubles };
  }
}

class Round {
  readonly files: Map<string, WalkedFile> = new Map();
  readonly troubles: string[] = [];
  readonly #known: ReadonlyMap<string, WalkedFile>;
  readonly #seen = new Set<string>();
  /** Links are followed last, so that a file is known by its own place. */
  readonly #links: string[] = [];

  readonly #named: ReadonlySet<string>;

  constructor(known: ReadonlyMap<string, WalkedFile>, paths: readonly string[]) {
    this.#known = known;
    this.#named = new Set(paths);
  }

  /** Leaves out what is at a path, by whatever name it is found. */
  leaveOut(path: string): void {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) this.#seen.add(`${found.dev}:${found.ino}`);
  }

  visitLinks(): void {
    for (let link = this.#links.shift(); link !== undefined; link = this.#links.shift()) {
      this.visit(link);
    }
  }

  visit(path: string): void {
    const folders = [path];
    for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
      const at = next;
      this.#telling(at, () => {
        const found = statSync(at, { throwIfNoEntry: false });
        if (found === undefined) return;
        const id = `${found.dev}:${found.ino}`;
        if (this.#seen.has(id)) return;
        this.#seen.add(id);
        if (found.isDirectory()) folders.push(...this.#inside(at));
        else if (found.isFile()) this.#file(at, id, found.size);
      });
    }
  }

  /** Returns what is in a folder, the first by name last. */
  #inside(folder: string): string[] {
    const entries = readdirSync(folder, { withFileTypes: true });
    const inside: string[] = [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? 1 : -1))) {
      const { name } = entry;
      if (name.startsWith(".") || LEFT_OUT.has(name)) continue;
      if (entry.isSymbolicLink()) this.#links.push(join(folder, name));
      else if (entry.isDirectory() || entry.isFile()) inside.push(join(folder, name));
    }
    return inside;
  }

  #file(path: string, id: string, size: number): void {
    const real = realpathSync(path);
    const known = this.#known.get(real);
    const isKnown = known?.key === id && (known.size === size || known.head.length === HEAD_BYTES);
    if (isKnown) {
      this.files.set(real, { ...known, size });
      return;
    }
    const head = withFile(real, (file) => readUpTo(file, 0, HEAD_BYTES));
    const isNamed = this.#named.has(path);
    if (head !== undefined) this.files.set(real, { path: real, head, size, key: id, isNamed });
  }

  #telling(path: string, visit: () => void): void {
    try {
      visit();
    } catch (error) {
      const reason = error instanceof Error ? systemReason(error) : undefined;
      if (reason === undefined) throw error;
      this.troubles.push(`${path} is left out: ${reason}`);
    }
  }
}
